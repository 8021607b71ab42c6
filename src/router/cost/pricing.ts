import type { ModelFacts, Price, Usage } from "../../contracts/index.ts";
import type { CalledGpu, Pricing, ServedCall } from "../../contracts/ports/index.ts";
import type { Bill } from "../../contracts/ports/pricing.ts";
import { serviceTierOf, standard, tierPriceOf } from "../../plugin/service-tier.ts";
import { costOf, unpricedPart } from "./cost-of.ts";
import { estimateTokens } from "./estimate-tokens.ts";
import { createHiddenOutput } from "./hidden-output.ts";
import { limitOutputAndTokens } from "./limit-tokens.ts";
import { mostInputTokens } from "./most-input-tokens.ts";
import { withOtherModels } from "./other-models.ts";
import { priceAt } from "./price-at.ts";
import { type ServedModel, servedModel } from "./served-model.ts";
import { withStatedCost } from "./stated-cost.ts";
import { usageOrEstimate } from "./usage-of.ts";

const noCall: ServedCall = {};

/** Largest number of models that are remembered by name. */
const mostNames = 1_000;

/** The last name with which a model answered, and what it says: mostly it is the same at each call. */
interface LastServed {
  readonly name: string;
  readonly served: ServedModel;
}

/**
 * Creates the prices of calls by the facts of their models. `models` are those of the router, whose own prices hold
 * where one of them answers in place of another.
 */
export function createPricing(models: readonly ModelFacts[] = []): Pricing {
  const lastOf = new WeakMap<ModelFacts, LastServed>();
  /** Names of models that answered in a class of service which their call had not asked for. */
  const unasked = new Set<string>();
  const hidden = createHiddenOutput();

  const servedBy = (asked: ModelFacts, name: string): ServedModel => {
    const last = lastOf.get(asked);
    if (last?.name === name) return last.served;
    const served = servedModel(asked, name, models);
    lastOf.set(asked, { name, served });
    return served;
  };

  return {
    bill(model, returned, estimate, served = noCall) {
      const { usage: counted, estimated } = usageOrEstimate(returned, estimate);
      if (served.isWhole && !estimated) hidden.learn(model, served.effort, counted, estimate.outputTokens);
      const { model: name } = served;
      const told = serviceTierOf(served.serviceTier) ?? serviceTierOf(returned?.service_tier);
      const usage = withTier(counted, told ?? served.askedTier);
      if (
        usage.serviceTier !== undefined &&
        usage.serviceTier !== served.askedTier &&
        unasked.size < mostNames
      )
        unasked.add(model.name);
      const { at, seconds, askedTier, gpu } = served;
      if (gpu !== undefined) return { usage, estimated, ...ownAmount(gpu, usage, served.engineMs) };
      const call: Call = { usage, told, at, seconds, askedTier };
      const isOwn = name === undefined || name === model.model;
      const own = isOwn ? amountOf(model.price, call) : billServed(model, servedBy(model, name), call);
      const listed: Amount =
        returned?.other_models === undefined
          ? own
          : withOtherModels(own, returned, { asked: model, models, at, serviceTier: usage.serviceTier });
      const bill = withStatedCost(listed, model, returned, served.isWhole === true);
      const { costUsd, substituted, pricedAs, costSource, unpriced } = bill;
      // One shape for all bills.
      return { usage, estimated, costUsd, substituted, pricedAs, costSource, unpriced };
    },
    estimateTokens,
    mayHideOutput: hidden.mayHide,
    mostInputTokens,
    limitOutput: (call) =>
      limitOutputAndTokens(unasked.has(call.model.name) ? { ...call, everyTier: true } : call),
  };
}

type Amount = Pick<Bill, "costUsd" | "pricedAs" | "unpriced" | "substituted" | "costSource">;
type OwnAmount = Pick<Bill, "costUsd" | "unpriced" | "costSource" | "atLeastUsd">;

/** A call that is billed. */
interface Call extends Pick<ServedCall, "at" | "seconds" | "askedTier"> {
  /** With the class of service that the answer names, else the one that was asked for. */
  readonly usage: Usage;
  /** Class of service that the answer names. */
  readonly told: string | undefined;
}

/**
 * Returns the cost of a call on own GPUs, whose price is one of time: by the engine's own, else by tokens, whatever they are.
 * Where it is not known how many of them were cached, the cost is the most that it can be.
 */
function ownAmount(
  { price, usdPerEngineSecond, mostUsd = Number.POSITIVE_INFINITY }: CalledGpu,
  { inputTokens, cachedInputTokens, outputTokens }: Usage,
  engineMs: number | undefined,
): OwnAmount {
  if (price === undefined)
    return { costUsd: undefined, unpriced: "what its GPUs do was not measured yet when the call began" };
  if (engineMs !== undefined && usdPerEngineSecond !== undefined)
    // A bound counts tokens: what was reserved holds.
    return { costUsd: Math.min((usdPerEngineSecond * engineMs) / 1_000, mostUsd), costSource: "timings" };
  const costWith = (cached: number | undefined) =>
    costOf(price, { inputTokens, cachedInputTokens: cached, outputTokens });
  const atLeastUsd = cachedInputTokens === undefined && inputTokens > 0 ? costWith(inputTokens) : undefined;
  return { costUsd: costWith(cachedInputTokens), costSource: "tokens", atLeastUsd };
}

function withTier(usage: Usage, tier: string | undefined): Usage {
  const name = tier === standard ? undefined : tier;
  return name === usage.serviceTier ? usage : { ...usage, serviceTier: name };
}

function billServed(asked: ModelFacts, served: ServedModel, call: Call): Amount {
  const { substituted, isAskedPrice, other } = served;
  if (substituted === undefined && other === undefined) return amountOf(asked.price, call);
  const said = substituted === undefined ? {} : { substituted };
  if (other === undefined) {
    if (isAskedPrice) return { ...amountOf(asked.price, call), ...said };
    return { costUsd: undefined, unpriced: "the price of the model that answered is not known", ...said };
  }
  const theirs = { ...amountOf(other.price, call), pricedAs: other.name };
  if (theirs.costUsd === undefined) {
    const unpriced = `the price of ${other.name}, which answered, is not known`;
    return { costUsd: undefined, unpriced: theirs.unpriced ?? unpriced, ...said };
  }
  if (!isAskedPrice) return { ...theirs, ...said };
  const own = amountOf(asked.price, call);
  const isOwnDearer = own.costUsd === undefined || own.costUsd >= theirs.costUsd;
  return { ...(isOwnDearer ? own : theirs), ...said };
}

/**
 * Returns the cost at a price. A class of service that is cheaper than the standard one counts only if the call asked
 * for it and the answer names it; else the more expensive of both bills.
 */
function amountOf(price: Price | undefined, call: Call): Amount {
  if (price === undefined) return { costUsd: undefined };
  const { usage, told, at, seconds, askedTier } = call;
  const terms = priceAt(price, at);
  const { serviceTier: tier } = usage;
  const costUsd = costOf(terms, usage, seconds);
  if (tier !== undefined && (told !== tier || askedTier !== tier)) {
    // A server without classes of service ignores that one was asked for, and names none.
    const isIgnored = told === undefined && tierPriceOf(terms, tier) === undefined;
    const plain = costOf(terms, { ...usage, serviceTier: undefined }, seconds);
    if (isIgnored && plain !== undefined) return { costUsd: plain };
    if (costUsd !== undefined && plain !== undefined) return { costUsd: Math.max(costUsd, plain) };
  }
  return costUsd === undefined ? { costUsd, unpriced: unpricedPart(terms, usage, seconds) } : { costUsd };
}
