import type { MetricNames } from "../metric-names.ts";
import { llamaCppMetrics } from "./llama-cpp.ts";
import { sglangMetrics } from "./sglang.ts";
import { tgiMetrics } from "./tgi.ts";
import { tritonMetrics } from "./triton.ts";
import { trtLlmMetrics } from "./trt-llm.ts";
import { vllmMetrics } from "./vllm.ts";

const engines: readonly MetricNames[] = [
  vllmMetrics,
  sglangMetrics,
  tgiMetrics,
  llamaCppMetrics,
  trtLlmMetrics,
  tritonMetrics,
];

/** Returns the engine whose running requests a text of metrics counts; undefined if that engine is not known. */
export function engineWith(text: string): string | undefined {
  return engines.find(({ running }) => running.some(({ name }) => text.includes(name)))?.engine;
}
