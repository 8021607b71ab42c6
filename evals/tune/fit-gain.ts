import {
  type GainModel,
  gainFeatures,
  type Judged,
  predictGain,
} from "../../policies/checks/internal/gain-model.ts";
import { ridgeOf } from "../../src/statistics/fit-ridge.ts";

/** An answer of the small model, with what the large one gained on the same request. */
export interface LabelledAnswer extends Judged {
  /** Quality of the large model less that of the small one. */
  readonly gain: number;
}

export type GainKind = Pick<GainModel, "logprob" | "signals" | "categories">;

/** Penalty of the weights, in records: chosen on other pairs of models. */
const penalty = 60;
/** Number of labels at which the learnt rank counts as much as that of the log-probability. */
const evenLabels = 500;
/** Number of quantiles, as in a trained classifier's reference distribution. */
const quantileCount = 129;

/** Weight of what so many labels have taught, against the log-probability. */
function weightOf(labels: number): number {
  return Number((labels / (labels + evenLabels)).toPrecision(6));
}

/** Fits a ridge regression of the gain. `labels` is the number by which it is weighed. */
export function fitGain(
  answers: readonly LabelledAnswer[],
  kind: GainKind,
  labels: number = answers.length,
): GainModel {
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
    ...(kind.logprob ? { share: weightOf(labels) } : {}),
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
