import type { ChatRequest, Model, RequestFacts } from "../../contracts/index.ts";
import { defaultOutputLimit } from "../../plugin/default-output-limit.ts";
import { estimateCost } from "./cost-of.ts";
import { highestCost } from "./highest-rates.ts";
import { byteLengthOf } from "./most-input-tokens.ts";
import { priceAt } from "./price-at.ts";

/** Token limit of an image: above what the models of the large providers count for one. */
const mostTokensPerImage = 50_000;

/** The most output tokens that a model writes for a request; undefined if nothing limits them. */
export function outputLimitOf(
  model: Pick<Model, "defaults" | "maxOutputTokens">,
  maxOutputTokens: number | undefined,
): number | undefined {
  return maxOutputTokens ?? defaultOutputLimit(model.defaults) ?? model.maxOutputTokens;
}

/** Expected cost of a call, in US dollars; undefined if the price is not known. */
export function expectedCostUsd(
  model: Model,
  facts: RequestFacts,
  maxOutputTokens: number | undefined,
  at?: number,
): number | undefined {
  if (model.price === undefined) return undefined;
  const limit = outputLimitOf(model, maxOutputTokens) ?? Number.POSITIVE_INFINITY;
  return estimateCost(
    priceAt(model.price, at),
    facts.inputTokens,
    Math.min(facts.expectedOutputTokens, limit),
  );
}

/**
 * The most that a call can cost, in US dollars: a token is at least one byte of the request as JSON, and the
 * output is as long as it may be. Undefined if price or output limit are not known.
 */
export function mostCostUsd(
  model: Pick<Model, "price" | "defaults" | "maxOutputTokens">,
  { messages, tools, response_format }: Pick<ChatRequest, "messages" | "tools" | "response_format">,
  images: number,
  maxOutputTokens: number | undefined,
  at?: number,
): number | undefined {
  const { price } = model;
  const limit = outputLimitOf(model, maxOutputTokens);
  if (price === undefined || limit === undefined) return undefined;
  const input =
    byteLengthOf(JSON.stringify({ messages, tools, response_format })) + images * mostTokensPerImage;
  const usd = highestCost(price, input, limit, { at });
  return usd === Number.POSITIVE_INFINITY ? undefined : usd;
}
