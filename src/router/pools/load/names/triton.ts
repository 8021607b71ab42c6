import { counter, type MetricNames } from "../metric-names.ts";

/** TensorRT-LLM behind Triton. */
export const tritonMetrics: MetricNames = {
  engine: "triton",
  running: [{ name: "nv_trt_llm_request_metrics", labels: { request_type: "scheduled" } }],
  waiting: [{ name: "nv_trt_llm_request_metrics", labels: { request_type: "waiting" } }],
  kvUsage: [{ name: "nv_trt_llm_kv_cache_block_metrics", labels: { kv_cache_block_type: "fraction" } }],
  finished: counter("nv_inference_request_success"),
};
