import {
  type Candidate,
  type Choice,
  checkKeys,
  checkNumber,
  checkText,
  InvalidOptionError,
  type Policy,
} from "../src/contracts/index.ts";

export interface ThresholdOptions<Id extends string> {
  readonly small: Id;
  readonly large: Id;
  /**
   * In [0, 1]: a request of this complexity or more goes to the large model. Complexity is a rank,
   * so 0.7 sends about 30 % of the classifier's reference traffic there.
   */
  readonly at: number;
  /** `small` or `large`: where a request without a classification goes. Default: `large`. */
  readonly otherwise?: NoInfer<Id> | undefined;
}

/**
 * Hard requests to the large model, the others to the small one. Where only one of the two is
 * permitted it takes all; where neither is, no opinion.
 */
export function threshold<const Id extends string>(options: ThresholdOptions<Id>): Policy<Id> {
  checkKeys("threshold", options, ["small", "large", "at", "otherwise"]);
  const { small, large, at, otherwise = large } = options;
  checkText("threshold.small", small);
  checkText("threshold.large", large);
  checkNumber("threshold.at", at, { min: 0, max: 1 });
  if (otherwise !== small && otherwise !== large)
    throw new InvalidOptionError("threshold.otherwise", otherwise, `"${small}" or "${large}"`);

  const easy: Choice<Id> = { model: small, reason: `complexity below ${at}` };
  const hard: Choice<Id> = { model: large, reason: `complexity at or above ${at}` };
  const unclassified: Choice<Id> = { model: otherwise, reason: "no classification" };
  const smallAlone: Choice<Id> = { model: small, reason: `${large} is not permitted` };
  const largeAlone: Choice<Id> = { model: large, reason: `${small} is not permitted` };
  const isSmall = (candidate: Candidate<Id>) => candidate.id === small;
  const isLarge = (candidate: Candidate<Id>) => candidate.id === large;

  return {
    name: "threshold",
    parameters: { small, large, at, otherwise },
    models: [small, large],
    select({ classification, candidates }) {
      const largePermitted = candidates.some(isLarge);
      if (!candidates.some(isSmall)) return largePermitted ? largeAlone : undefined;
      if (!largePermitted) return smallAlone;
      if (classification === undefined) return unclassified;
      return classification.complexity < at ? easy : hard;
    },
  };
}
