import { InvalidOptionError, type RequestFacts } from "../../../src/contracts/index.ts";
import { answerSignals } from "./answer-signals.ts";

/** Linear model of how much better the large model would have answered, learnt by ridge regression. */
export interface GainModel {
  /** True if it reads the log-probability. */
  readonly logprob: boolean;
  /** True if it reads signs in the answer's text: hedging, errors of format, contradictions. */
  readonly signals: boolean;
  /** Categories that have a term of their own, and with log-probabilities a slope. */
  readonly categories: readonly string[];
  readonly intercept: number;
  /** Mean, deviation and weight of each feature. */
  readonly means: readonly number[];
  readonly deviations: readonly number[];
  readonly weights: readonly number[];
  /** Quantiles of the predictions on the records it was fitted to, ascending. */
  readonly gains: readonly number[];
  /** Quantiles of their log-probabilities, ascending; empty without them. */
  readonly logprobs: readonly number[];
}

/** Parts of a request and its answer that the model reads. */
export interface Judged {
  readonly request: Pick<RequestFacts, "ask" | "askCharacters" | "jsonSchema" | "category">;
  /** Mean log-probability; absent if there is none. */
  readonly logprob?: number | undefined;
  readonly outputTokens?: number | undefined;
  /** Text of the answer, if it is known. */
  readonly text?: string | undefined;
}

type Kind = Pick<GainModel, "logprob" | "signals" | "categories">;

/** Characters of the ask whose digits are counted. */
const askLength = 2_000;

/** Features in the order of the weights. NaN is one that is not known. */
export function gainFeatures({ logprob, signals, categories }: Kind, judged: Judged): Float64Array {
  const { request, outputTokens, text } = judged;
  // Near 0 a factor counts, not a difference: 0.001 and 0.01 are as far apart as 0.1 and 1.
  const doubt =
    judged.logprob === undefined ? Number.NaN : Math.log(0.001 + Math.min(20, Math.max(0, -judged.logprob)));
  const ask = request.ask.slice(0, askLength);
  const digits = ask.match(/\p{Nd}/gu)?.length ?? 0;
  const features = [
    outputTokens === undefined || !(outputTokens >= 0) ? Number.NaN : Math.log1p(outputTokens),
    Math.log1p(request.askCharacters),
    digits / Math.max(1, ask.length),
  ];
  if (logprob) features.push(doubt);
  if (signals) {
    const signs = text === undefined ? undefined : answerSignals(request, text);
    features.push(
      signs?.hedging ?? Number.NaN,
      signs?.formatError ?? Number.NaN,
      signs?.contradiction ?? Number.NaN,
    );
    features.push(text === undefined ? Number.NaN : Math.log1p(text.length));
  }
  for (const category of categories) features.push(Number(request.category === category));
  if (logprob)
    for (const category of categories)
      features.push(request.category === category && !Number.isNaN(doubt) ? doubt : 0);
  return Float64Array.from(features);
}

/** Number of features before those of categories. */
export function ownFeatures({ logprob, signals }: Kind): number {
  return 3 + Number(logprob) + 4 * Number(signals);
}

/** Furthest that a feature counts, in deviations: a strange request must not outweigh all that was learnt. */
const furthest = 4;

/** Predicted gain of the large model. */
export function predictGain(model: GainModel, judged: Judged): number {
  const own = ownFeatures(model);
  let sum = model.intercept;
  gainFeatures(model, judged).forEach((value, at) => {
    if (Number.isNaN(value)) return;
    const distance = (value - (model.means[at] as number)) / (model.deviations[at] as number);
    const bounded = at < own ? Math.max(-furthest, Math.min(furthest, distance)) : distance;
    sum += bounded * (model.weights[at] as number);
  });
  return sum;
}

/** Share of the distribution below a value, in [0, 1]; `quantiles` ascend and are equally spaced. */
export function rankIn(quantiles: readonly number[], value: number): number {
  const last = quantiles.length - 1;
  let [low, high] = [0, last + 1];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((quantiles[middle] as number) < value) low = middle + 1;
    else high = middle;
  }
  // Among equal quantiles in their middle.
  let end = low;
  while (end <= last && quantiles[end] === value) end += 1;
  if (end > low) return (low + end - 1) / 2 / last;
  if (low === 0) return 0;
  if (low > last) return 1;
  const [below, above] = [quantiles[low - 1] as number, quantiles[low] as number];
  return (low - 1 + (value - below) / (above - below)) / last;
}

const mostCategories = 64;
const mostQuantiles = 1_025;

/** Throws `InvalidOptionError` unless the value is a model. */
export function checkGainModel(option: string, value: unknown): void {
  const refuse = (field: string, expected: string): never => {
    throw new InvalidOptionError(`${option}.${field}`, undefined, expected);
  };
  if (typeof value !== "object" || value === null) throw new InvalidOptionError(option, value, "an object");
  const model = value as { readonly [Key in keyof GainModel]?: unknown };
  for (const field of ["logprob", "signals"] as const)
    if (typeof model[field] !== "boolean") refuse(field, "true or false");
  const { categories } = model;
  if (
    !Array.isArray(categories) ||
    categories.length > mostCategories ||
    !categories.every((one) => typeof one === "string")
  )
    refuse("categories", `an array of at most ${mostCategories} texts`);
  const kind = model as GainModel;
  const width = ownFeatures(kind) + kind.categories.length * (kind.logprob ? 2 : 1);
  for (const field of ["means", "deviations", "weights"] as const)
    if (!isNumbers(model[field], width, width)) refuse(field, `an array of ${width} numbers`);
  if (!kind.deviations.every((one) => one > 0)) refuse("deviations", "numbers above 0");
  if (!Number.isFinite(model.intercept)) refuse("intercept", "a number");
  for (const field of ["gains", "logprobs"] as const) {
    if (field === "logprobs" && !kind.logprob) continue;
    const found = model[field];
    if (
      !isNumbers(found, 2, mostQuantiles) ||
      found.some((one, at) => at > 0 && one < (found[at - 1] ?? one))
    )
      refuse(field, `2 to ${mostQuantiles} ascending numbers`);
  }
}

function isNumbers(value: unknown, least: number, most: number): value is readonly number[] {
  return (
    Array.isArray(value) &&
    value.length >= least &&
    value.length <= most &&
    value.every((one) => Number.isFinite(one))
  );
}
