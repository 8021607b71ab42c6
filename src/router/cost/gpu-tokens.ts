import type { Usage } from "../../contracts/index.ts";
import { cachedWeight } from "./gpu-cost.ts";

/** Largest speed of a single call that is believed, in tokens per second. */
const mostOutputPerSecond = 10_000;
/** Input of a call whose text was counted: this many times the estimate, and this many tokens more. */
const inputFactor = 4;
const inputMore = 1_000;
/** Input of a call whose text was not counted. */
const mostInput = 2_000_000;

/**
 * Returns the tokens of a call, weighted by what they cost a machine. A server that counts too much would make itself look
 * cheap: counts beyond what is possible are cut. `textTokens`: an estimate of the input, if it is text.
 */
export function gpuTokens(
  usage: Usage | undefined,
  { outputWeight, textTokens, tookMs }: GpuTokensOptions,
): number {
  if (usage === undefined) return 0;
  const most = textTokens === undefined ? mostInput : inputFactor * textTokens + inputMore;
  const input = Math.min(count(usage.inputTokens), most);
  const cached = Math.min(count(usage.cachedInputTokens), input);
  const seconds = Math.max(1, count(tookMs) / 1_000);
  const output = Math.min(count(usage.outputTokens), seconds * mostOutputPerSecond);
  return input - cached + cached * cachedWeight + output * outputWeight;
}

export interface GpuTokensOptions {
  readonly outputWeight: number;
  readonly textTokens: number | undefined;
  readonly tookMs: number;
}

function count(value: number | undefined): number {
  return value !== undefined && value > 0 && value < Number.POSITIVE_INFINITY ? value : 0;
}
