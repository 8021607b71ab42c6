import { cohenKappa, krippendorffAlpha } from "../../../src/loop/statistics/index.ts";
import { type HumanLabel, indexLabels } from "./human-label.ts";

/** Agreement of people on the answers that several of them have labelled. */
export interface RaterAgreement {
  readonly labels: number;
  readonly answers: number;
  /** Answers with labels of more than one person. */
  readonly answersWithSeveral: number;
  /** Named people. */
  readonly raters: number;
  /** Krippendorff's alpha, interval. Absent if there is nothing to compare, or all labels are equal. */
  readonly alpha?: number | undefined;
  /** Cohen's kappa with each value as a category; only if exactly two people are named. */
  readonly kappa?: number | undefined;
  /** Share of pairs of labels that are equal, averaged over the answers with several. */
  readonly agreement?: number | undefined;
}

export function raterAgreement(labels: readonly HumanLabel[]): RaterAgreement {
  const { answers } = indexLabels(labels);
  const several = answers.filter((answer) => answer.labels.length > 1).map((answer) => answer.labels);
  const raters = [...new Set(labels.flatMap(({ rater }) => (rater === undefined ? [] : [rater])))];
  const values = several.map((group) => group.map(({ quality }) => quality));
  const found = {
    alpha: krippendorffAlpha(values),
    kappa: kappaOf(several, raters),
    agreement: samePairs(values),
  };
  return {
    labels: labels.length,
    answers: answers.length,
    answersWithSeveral: several.length,
    raters: raters.length,
    ...Object.fromEntries(Object.entries(found).filter(([, value]) => value !== undefined)),
  };
}

function kappaOf(groups: readonly (readonly HumanLabel[])[], raters: readonly string[]): number | undefined {
  const [one, other] = raters;
  if (raters.length !== 2) return undefined;
  const pairs = groups.flatMap((group) => {
    const a = group.find(({ rater }) => rater === one);
    const b = group.find(({ rater }) => rater === other);
    return a === undefined || b === undefined ? [] : [[a.quality, b.quality] as const];
  });
  return cohenKappa(
    pairs.map(([a]) => a),
    pairs.map(([, b]) => b),
  );
}

function samePairs(groups: readonly (readonly number[])[]): number | undefined {
  if (groups.length === 0) return undefined;
  let sum = 0;
  for (const values of groups) {
    const counts = new Map<number, number>();
    for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
    let same = 0;
    for (const count of counts.values()) same += count * (count - 1);
    sum += same / (values.length * (values.length - 1));
  }
  return sum / groups.length;
}
