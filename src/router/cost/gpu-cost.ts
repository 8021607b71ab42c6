import type { GpuCost, Load, OwnGpu, Price } from "../../contracts/index.ts";
import type { GpuMeasure } from "../../contracts/ports/index.ts";
import { outputWeightOf } from "../../plugin/own-gpu.ts";

/** Cost of an input token that is read from the engine's prefix cache, as a part of another's. */
export const cachedWeight = 0.1;
/** Least time and calls of a window from which an average is known. */
const leastSeconds = 60;
const leastCalls = 10;
/** Largest factor by which a queue raises the marginal cost above that at full load. */
const mostPressure = 10;

/**
 * Returns what a token costs on own GPUs. With U dollars per second for all of them and weighted tokens (an input token
 * is 1, one from the prefix cache 0.1, an output token `outputWeight`):
 *
 * - average: U x seconds of the window / tokens of the window;
 * - marginal: U / tokens per second at full load, times the share of that speed which the calls under way and this one
 *   would take, at most 10.
 *
 * A second in which the engine works on a call costs what the tokens do that it takes or writes in one.
 *
 * Full load is the larger of what is stated and the most that was measured. `load`: the engine's own load, which
 * includes the calls of other processes. Pure.
 */
export function gpuCost(gpu: OwnGpu, measure: GpuMeasure | undefined, load?: Load): GpuCost {
  const { cost = "average", inBudgets = false } = gpu;
  const usdPerSecond = (gpu.usdPerHour * (gpu.count ?? 1)) / 3_600;
  const weight = outputWeightOf(gpu);
  const peak = measure?.peakTokensPerSecond ?? 0;
  const full = Math.max((gpu.fullOutputTokensPerSecond ?? 0) * weight, peak);
  const [usdPerToken, basis] = costOfToken();
  const utilisation =
    measure === undefined || full === 0 || measure.seconds < leastSeconds
      ? undefined
      : Math.min(1, measure.tokens / measure.seconds / full);
  const known = { cost, inBudgets, ...(utilisation !== undefined && { utilisation }) };
  if (usdPerToken === undefined || !Number.isFinite(usdPerToken * weight * 1e6))
    return { ...known, unknown: unknownReason(cost, measure) };
  const perEngineSecond = measure?.tokensPerEngineSecond;
  return {
    ...known,
    basis,
    usdPerMillionInputTokens: usdPerToken * 1e6,
    usdPerMillionCachedInputTokens: usdPerToken * cachedWeight * 1e6,
    usdPerMillionOutputTokens: usdPerToken * weight * 1e6,
    ...(perEngineSecond !== undefined && { usdPerEngineSecond: usdPerToken * perEngineSecond }),
  };

  function costOfToken(): readonly [number | undefined, GpuCost["basis"]] {
    const stated = gpu.fullOutputTokensPerSecond === undefined ? undefined : usdPerSecond / full;
    if (cost === "marginal") {
      if (measure === undefined || peak === 0) return [stated, "stated"];
      const calls = Math.max(measure.inFlight, (load?.running ?? 0) + (load?.waiting ?? 0)) + 1;
      const speedOfCall = peak / Math.max(1, measure.peakCalls ?? 1);
      return [(usdPerSecond / full) * Math.min(mostPressure, (calls * speedOfCall) / full), "measured"];
    }
    const isKnown =
      measure !== undefined &&
      measure.seconds >= leastSeconds &&
      measure.calls >= leastCalls &&
      measure.tokens > 0;
    return isKnown ? [(usdPerSecond * measure.seconds) / measure.tokens, "measured"] : [stated, "stated"];
  }
}

/** Returns the cost as a price; undefined if it is not known. */
export function gpuPrice(cost: GpuCost): Price | undefined {
  const {
    usdPerMillionInputTokens: input,
    usdPerMillionOutputTokens: output,
    usdPerMillionCachedInputTokens,
  } = cost;
  if (input === undefined || output === undefined) return undefined;
  const cached = { usdPerMillionCachedInputTokens };
  return { usdPerMillionInputTokens: input, usdPerMillionOutputTokens: output, ...cached };
}

function unknownReason(cost: "average" | "marginal", measure: GpuMeasure | undefined): string {
  if (cost === "marginal") return "no full minute with calls was measured on its GPUs yet";
  return measure === undefined || measure.tokens === 0
    ? "no tokens were measured on its GPUs in the last hour"
    : `fewer than ${leastCalls} calls or ${leastSeconds} s were measured on its GPUs in the last hour`;
}
