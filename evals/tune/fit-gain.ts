import {
  type GainModel,
  gainFeatures,
  type Judged,
  predictGain,
} from "../../policies/checks/internal/gain-model.ts";
import { ridgeOf } from "../../src/loop/statistics/fit-ridge.ts";

/** An answer of the small model, with what the large one gained on the same request. */
export interface LabelledAnswer extends Judged {
  /** Quality of the large model less that of the small one. */
  readonly gain: number;
}

export type GainKind = Pick<GainModel, "logprob" | "signals" | "categories">;

/** Penalty of the weights, in records: chosen on other pairs of models. */
const penalty = 30;
/** Number of quantiles, as in a trained classifier's reference distribution. */
const quantileCount = 129;

/** Fits a ridge regression of the gain. */
export function fitGain(answers: readonly LabelledAnswer[], kind: GainKind): GainModel {
  const rows = answers.map((one) => gainFeatures(kind, one));
  const { intercept, means, deviations, slopes } = ridgeOf(
    rows,
    answers.map(({ gain }) => gain),
    penalty,
  );
  const varies = Array.from(deviations, Number.isFinite);
  const rounded = (column: Float64Array, otherwise: number): number[] =>
    Array.from(column, (value, at) => (varies[at] ? Number(value.toPrecision(9)) : otherwise));
  const model = {
    ...kind,
    intercept,
    means: rounded(means, 0),
    deviations: rounded(deviations, 1),
    weights: rounded(slopes, 0),
    gains: [] as number[],
    logprobs: [] as number[],
  };
  return {
    ...model,
    gains: quantilesOf(answers.map((one) => predictGain(model, one))),
    logprobs: kind.logprob ? quantilesOf(answers.map(({ logprob }) => logprob ?? -100)) : [],
  };
}

function quantilesOf(values: readonly number[]): number[] {
  const sorted = Float64Array.from(values).sort();
  return Array.from({ length: quantileCount }, (_, index) => {
    const place = (index / (quantileCount - 1)) * (sorted.length - 1);
    const [below, above] = [sorted[Math.floor(place)] as number, sorted[Math.ceil(place)] as number];
    return below + (place - Math.floor(place)) * (above - below);
  });
}
