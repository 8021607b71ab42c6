import { counter, type MetricNames } from "../metric-names.ts";

/** TensorRT-LLM's own server (trtllm-serve), whose metrics are at a path of their own. */
export const trtLlmMetrics: MetricNames = {
  engine: "trtllm",
  path: "/prometheus/metrics",
  running: [{ name: "trtllm_num_requests_running" }],
  waiting: [{ name: "trtllm_num_requests_waiting" }],
  kvUsage: [{ name: "trtllm_kv_cache_utilization" }],
  finished: counter("trtllm_request_success"),
};
