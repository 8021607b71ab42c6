import { counter, type MetricNames } from "../metric-names.ts";

/** TensorRT-LLM's own server. */
export const trtLlmMetrics: MetricNames = {
  engine: "trtllm",
  running: [{ name: "trtllm_num_requests_running" }],
  waiting: [{ name: "trtllm_num_requests_waiting" }],
  kvUsage: [{ name: "trtllm_kv_cache_utilization" }],
  finished: counter("trtllm_request_success"),
};
