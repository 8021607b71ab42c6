import type { ModelFacts, OutputLimited, RequestFacts } from "../../contracts/index.ts";
import type { Left, OutputToLimit } from "../../contracts/ports/index.ts";
import type { LimitedOutput } from "../../contracts/ports/pricing.ts";
import { type CallBounds, highestCost, highestOutputRate } from "./highest-rates.ts";
import { mostInputTokensOn } from "./most-input-tokens-on.ts";

/** Smallest output limit that a call is lowered to: a shorter answer is rarely worth its input. */
export const leastOutputTokens = 256;
/** Smallest output limit of a call for which none was asked, if it can be paid for. */
const roomyOutputTokens = 1_024;
/** Factors by which a model may count more input tokens than were counted, or estimated. */
const countError = 1.1;
const estimateError = 1.4;
/** Share of the usual answer that a call gets for which no limit was asked. */
const roomyFactor = 4;

/**
 * Returns the output limit of a call under a bound, and the most that the call can cost with it: at the highest
 * rates that can apply. The limit is the one asked for, else the smaller of the model's own and the larger of
 * 1,024 tokens and four times the usual answer; after an answer that was cut, four times that. It is lowered to
 * what can be paid for if that is at least 256 tokens. Otherwise the cost returned is more than is left.
 */
export function limitOutput(call: OutputToLimit): LimitedOutput {
  const { model, request, asked, cutAt, usualOutputTokens, left } = call;
  const { price } = model;
  // It has the conditions of the call among its fields.
  const bounds: CallBounds = call;
  const modelLimit = mostOutputTokens(model, request);
  const roomy = Math.ceil(Math.max(roomyOutputTokens, roomyFactor * usualOutputTokens, roomyFactor * cutAt));
  const wanted = asked ?? Math.min(modelLimit ?? roomy, roomy);
  if (price === undefined) return { outputLimit: wanted, costUsd: undefined, limited: undefined };
  const most = mostInputTokensOn(model, request);
  const perToken = highestOutputRate(price, most, bounds) / 1e6;
  // Output that costs nothing needs no limit: long answers of an own machine would be cut for nothing.
  if (perToken === 0)
    return { outputLimit: asked, costUsd: finite(highestCost(price, most, 0, bounds)), limited: undefined };
  const costOf = (tokens: number) => highestCost(price, most, tokens, bounds);
  if (costOf(0) === Number.POSITIVE_INFINITY)
    return { outputLimit: wanted, costUsd: undefined, limited: undefined };
  const payable = affordable(left.usd, costOf, perToken);
  const tokens = wanted <= payable ? wanted : payable >= leastOutputTokens ? payable : undefined;
  if (tokens === undefined) {
    const least = Math.min(wanted, leastOutputTokens);
    return { outputLimit: least, costUsd: costOf(least), limited: undefined };
  }
  const from = asked ?? modelLimit;
  const limited = tokens === from ? undefined : limitedBy(from, tokens, tokens < wanted, call);
  return { outputLimit: tokens, costUsd: costOf(tokens), limited };
}

/**
 * Returns the most that a call can cost with the smallest output limit that the router gives one, in US
 * dollars; undefined if the price is not known, or not bounded. `asked`: the limit of the request, else of the model's
 * defaults.
 */
export function leastCostUsd(
  model: ModelFacts,
  request: Pick<RequestFacts, "mostInputTokens" | "inputTokens" | "images">,
  asked: number | undefined,
  bounds: CallBounds = {},
): number | undefined {
  const { price, maxOutputTokens = leastOutputTokens } = model;
  if (price === undefined) return undefined;
  const tokens = Math.min(asked ?? maxOutputTokens, leastOutputTokens);
  return finite(highestCost(price, mostInputTokensOn(model, request), tokens, bounds));
}

function finite(usd: number): number | undefined {
  return usd === Number.POSITIVE_INFINITY ? undefined : usd;
}

/**
 * Returns the most that the model can write: its own limit, and what its context window leaves. Servers refuse a
 * limit that does not fit the window, whereas without one they fill it.
 */
function mostOutputTokens(
  { maxOutputTokens, contextWindow }: ModelFacts,
  { inputTokens, inputTokensExact }: OutputToLimit["request"],
): number | undefined {
  if (contextWindow === undefined) return maxOutputTokens;
  const input = Math.ceil(inputTokens * (inputTokensExact ? countError : estimateError));
  const room = Math.max(leastOutputTokens, contextWindow - input);
  return Math.min(maxOutputTokens ?? room, room);
}

/** Returns the largest number of tokens that can be paid for; below 0 if the input alone cannot. */
function affordable(usd: number, costOf: (tokens: number) => number, perToken: number): number {
  const tokens = Math.floor((usd - costOf(0)) / perToken);
  // Division and multiplication round differently.
  return costOf(tokens) > usd ? tokens - 1 : tokens;
}

function limitedBy(
  from: number | undefined,
  to: number,
  isLowered: boolean,
  { left, usualOutputTokens, cutAt }: OutputToLimit,
): OutputLimited {
  if (isLowered) return { from, to, by: left.by, reason: lowered(left) };
  const reason =
    cutAt > 0
      ? `no limit was asked for, and an answer was cut at ${cutAt} tokens: four times as many`
      : `no limit was asked for: four times the usual answer of ${Math.round(usualOutputTokens)} tokens, and at least ${roomyOutputTokens}`;
  return { from, to, by: "expected", reason };
}

function lowered({ usd, by }: Left): string {
  return by === "maxCost"
    ? `a call may cost at most ${usd.toPrecision(3)} USD`
    : `${usd.toPrecision(3)} USD are left of ${by === "budget" ? "the budget" : by}`;
}
