import type { Model } from "../../../contracts/index.ts";
import { lookUpModel, lookUpName } from "../../../router/cost/inner.ts";
import { familyOf } from "./family-of.ts";

/** The model of a router that a name of a provider's stands for. */
export interface Nearest {
  readonly id: string;
  /** Most US dollars that a million output tokens may cost. Absent: no price is known. */
  readonly mostUsd: number | undefined;
}

/** Providers whose clients name models of theirs. */
const makers = ["anthropic", "openai", "google"] as const;

/** Times by which a price may be higher and still be of the same tier, where a model without a price may be nearer. */
const sameTier = 2;

/**
 * Returns the model that is nearest to a known name of a provider's: first by family, then by the price of output. Undefined for
 * a name that is not known, or of which nothing is known that could be compared.
 */
export function nearestModel(name: string, models: Readonly<Record<string, Model>>): Nearest | undefined {
  const all = Object.entries(models).map(([id, model]) => ({
    id,
    model,
    usd: outputUsd(model.price, Date.now()),
  }));
  const named = priceOf(name, all);
  const own = all.filter(({ model }) => isCalled(name, model));
  const family = familyOf(name);
  const kin =
    own.length > 0 ? own : all.filter(({ model }) => family !== "" && familyOf(model.model) === family);
  // Of a family without a price to compare, the most expensive: a guess binds no one.
  const wanted = named ?? Number.POSITIVE_INFINITY;
  const first = kin.length > 0 ? closest(kin, wanted) : undefined;
  if (first !== undefined) return { id: first.id, mostUsd: larger(first.usd, named) };
  if (named === undefined) return undefined;
  const priced = all.filter(({ usd }) => usd !== undefined);
  const next = closest(priced, named);
  if (next?.usd === undefined) return undefined;
  // A model without a price is mostly an own server: it may be of the tier that was asked for.
  const isFar = next.usd > named * sameTier && priced.length < all.length;
  return { id: next.id, mostUsd: isFar ? named : larger(next.usd, named) };
}

/** Returns the price of a million output tokens in US dollars at a time; undefined if it is not known. */
export function outputUsd(price: Model["price"], now: number): number | undefined {
  // Not by `priceAt`, which is loaded with the first request: cheaper hours do not make another tier.
  const terms = price?.changes?.findLast(({ from }) => now >= Date.parse(from)) ?? price;
  return terms?.usdPerMillionOutputTokens;
}

interface Priced {
  readonly id: string;
  readonly model: Model;
  readonly usd: number | undefined;
}

function isCalled(name: string, { name: own, model }: Model): boolean {
  return name === model || name === own;
}

/** Returns the price of the model that a name stands for at its own provider. */
function priceOf(name: string, all: readonly Priced[]): number | undefined {
  const own = all.find(({ model }) => isCalled(name, model));
  if (own?.usd !== undefined) return own.usd;
  // `anthropic/claude-haiku-4.5` of gateways; what is in brackets is the window that its client wants.
  const [plain = ""] = name.toLowerCase().split("[");
  const [model = "", maker] = plain.split("/").reverse();
  const entry =
    (maker === undefined ? lookUpName(plain) : lookUpModel(maker, model)) ??
    firstOf(makers, (provider) => lookUpModel(provider, model) ?? lookUpModel(provider, dashed(model)));
  return outputUsd(entry?.price, Date.now());
}

/** Gateways write versions of Claude with a dot. */
function dashed(model: string): string {
  return model.replaceAll(".", "-");
}

function firstOf<Item, Value>(
  items: readonly Item[],
  of: (item: Item) => Value | undefined,
): Value | undefined {
  for (const item of items) {
    const value = of(item);
    if (value !== undefined) return value;
  }
  return undefined;
}

/** Returns the model whose price is nearest as a ratio; the more expensive one of two, and one without a price last. */
function closest(among: readonly Priced[], usd: number): Priced | undefined {
  return [...among].sort((a, b) => away(a.usd, usd) - away(b.usd, usd) || (b.usd ?? 0) - (a.usd ?? 0))[0];
}

function away(price: number | undefined, usd: number): number {
  if (price === undefined) return Number.MAX_VALUE;
  if (usd === Number.POSITIVE_INFINITY) return -price;
  return Math.abs(Math.log(Math.max(price, least) / Math.max(usd, least)));
}

/** Nothing costs nothing, but a ratio needs a number. */
const least = 1e-6;

function larger(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined ? b : Math.max(a, b ?? 0);
}
