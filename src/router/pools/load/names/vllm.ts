import { counter, type MetricNames } from "../metric-names.ts";

/** vLLM, by the names of 0.32 and those before. */
export const vllmMetrics: MetricNames = {
  engine: "vllm",
  running: [{ name: "vllm:num_requests_running" }],
  waiting: [
    { name: "vllm:num_requests_waiting_by_reason", labels: { reason: "capacity" } },
    { name: "vllm:num_requests_waiting" },
  ],
  kvUsage: [{ name: "vllm:kv_cache_usage_perc" }, { name: "vllm:gpu_cache_usage_perc" }],
  finished: counter("vllm:request_success"),
  finishedTokens: [{ name: "vllm:request_generation_tokens_sum" }],
  tokens: counter("vllm:generation_tokens"),
  promptTokens: [{ name: "vllm:request_prompt_tokens_sum" }],
  promptSeconds: [{ name: "vllm:request_prefill_time_seconds_sum" }],
};
