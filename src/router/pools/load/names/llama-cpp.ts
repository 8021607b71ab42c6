import type { MetricNames } from "../metric-names.ts";

/**
 * llama.cpp, which needs `--metrics`, by the names of 0.6.0 (tools/server of build 11434, October 2026). It counts no requests that
 * ended, and has not told the use of its cache since `kv_cache_usage_ratio` went.
 */
export const llamaCppMetrics: MetricNames = {
  engine: "llama.cpp",
  running: [{ name: "llamacpp:requests_processing" }],
  waiting: [{ name: "llamacpp:requests_deferred" }],
  kvUsage: [],
  finished: [],
  // Rises when a request ends.
  finishedTokens: [{ name: "llamacpp:tokens_predicted_total" }],
  steps: [{ name: "llamacpp:n_decode_total" }],
  promptTokens: [{ name: "llamacpp:prompt_tokens_total" }],
  promptSeconds: [{ name: "llamacpp:prompt_seconds_total" }],
};
