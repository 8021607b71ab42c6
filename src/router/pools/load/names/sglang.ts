import { counter, type MetricNames } from "../metric-names.ts";

/** SGLang, which needs `--enable-metrics`. */
export const sglangMetrics: MetricNames = {
  engine: "sglang",
  running: [{ name: "sglang:num_running_reqs" }],
  waiting: [{ name: "sglang:num_queue_reqs" }],
  kvUsage: [{ name: "sglang:token_usage" }],
  finished: counter("sglang:num_requests"),
};
