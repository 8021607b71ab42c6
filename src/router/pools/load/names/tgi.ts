import { counter, type MetricNames } from "../metric-names.ts";

/** Text Generation Inference. It does not report the use of its KV cache. */
export const tgiMetrics: MetricNames = {
  engine: "tgi",
  running: [{ name: "tgi_batch_current_size" }],
  waiting: [{ name: "tgi_queue_size" }],
  kvUsage: [],
  finished: counter("tgi_request_success"),
};
