export type { MetricName, MetricNames } from "./metric-names.ts";
export { llamaCppMetrics } from "./names/llama-cpp.ts";
export { sglangMetrics } from "./names/sglang.ts";
export { tgiMetrics } from "./names/tgi.ts";
export { tritonMetrics } from "./names/triton.ts";
export { trtLlmMetrics } from "./names/trt-llm.ts";
export { vllmMetrics } from "./names/vllm.ts";
export { withOwnCalls } from "./own-calls.ts";
export { type LoadWatch, type WatchLoadOptions, watchLoad } from "./watch-load.ts";
