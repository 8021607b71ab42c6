import type { MetricNames } from "../metric-names.ts";

/** llama.cpp, which needs `--metrics`. It does not count the requests that ended. */
export const llamaCppMetrics: MetricNames = {
  engine: "llama.cpp",
  running: [{ name: "llamacpp:requests_processing" }],
  waiting: [{ name: "llamacpp:requests_deferred" }],
  kvUsage: [{ name: "llamacpp:kv_cache_usage_ratio" }],
  finished: [],
  // Rises when a request ends.
  finishedTokens: [{ name: "llamacpp:tokens_predicted_total" }],
  steps: [{ name: "llamacpp:n_decode_total" }],
  promptTokens: [{ name: "llamacpp:prompt_tokens_total" }],
  promptSeconds: [{ name: "llamacpp:prompt_seconds_total" }],
};
