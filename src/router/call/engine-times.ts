import type { Completion } from "../../contracts/index.ts";
import type { ReturnedUsage } from "../../contracts/ports/index.ts";

/** Milliseconds by which a clock of whole ones can be behind. */
const clockMs = 1;
/** Most tokens that a call is believed to write in a millisecond of its engine's time. */
const mostPerMs = 10;

/**
 * Reads the times that an engine states in `timings`, as llama.cpp does: of the prompt, without what was cached, and of the
 * answer. They are not believed if one is not a number or negative, or if both together are longer than the call or too
 * short for any engine. `cache_n` is the cached part of the prompt, which some versions tell there alone.
 */
export function engineTimes(
  completion: Completion,
  tookMs: number,
): { readonly ms?: number; readonly usage: ReturnedUsage } {
  const { usage } = completion;
  const { timings } = completion as { readonly timings?: Readonly<Record<string, unknown>> | null };
  if (typeof timings !== "object" || timings === null) return { usage };
  const { prompt_ms: promptMs, predicted_ms: answerMs, predicted_n: written, cache_n: cached } = timings;
  const told = usage?.prompt_tokens_details?.cached_tokens;
  const known =
    usage && typeof told !== "number" && typeof cached === "number"
      ? { ...usage, prompt_tokens_details: { ...usage.prompt_tokens_details, cached_tokens: cached } }
      : usage;
  if (!isTime(promptMs) || !isTime(answerMs)) return { usage: known };
  const ms = promptMs + answerMs;
  const most = Math.max(count(written), count(usage?.completion_tokens));
  const isTrue = ms > 0 && ms <= tookMs + clockMs && most <= ms * mostPerMs;
  return isTrue ? { ms, usage: known } : { usage: known };
}

function isTime(value: unknown): value is number {
  return typeof value === "number" && value >= 0 && Number.isFinite(value);
}

function count(value: unknown): number {
  return isTime(value) ? value : 0;
}
