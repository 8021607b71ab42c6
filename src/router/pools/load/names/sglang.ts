import { counter, type MetricNames } from "../metric-names.ts";

/**
 * SGLang, which needs `--enable-metrics`, by the names of its metrics collector in September 2026. With priorities it gives a total
 * under `priority=""` and a sample for each priority, which are its parts.
 */
export const sglangMetrics: MetricNames = {
  engine: "sglang",
  running: [{ name: "sglang:num_running_reqs" }],
  waiting: [{ name: "sglang:num_queue_reqs" }],
  kvUsage: [{ name: "sglang:token_usage" }],
  finished: counter("sglang:num_requests"),
};
