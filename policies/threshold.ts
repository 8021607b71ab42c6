import type { Choice, Policy } from "../src/contracts/index.ts";
import { checkKeys } from "../src/plugin/index.ts";
import { isPermitted } from "./internal/is-permitted.ts";
import { checkThresholdOptions, type ThresholdOptions } from "./internal/threshold-options.ts";

export type { ThresholdOptions };

/**
 * Sends hard requests to the large model and the others to the small one. Where only one of the two is
 * permitted, it gets all requests; where neither is, no opinion.
 */
export function threshold<const Id extends string>(options: ThresholdOptions<Id>): Policy<Id> {
  checkKeys("threshold", options, ["small", "large", "at", "otherwise"]);
  checkThresholdOptions("threshold", options);
  const { small, large, at, otherwise = large } = options;

  const easy: Choice<Id> = Object.freeze({ model: small, reason: `complexity below ${at}` });
  const hard: Choice<Id> = Object.freeze({ model: large, reason: `complexity at or above ${at}` });
  const unclassified: Choice<Id> = Object.freeze({ model: otherwise, reason: "no classification" });
  const smallAlone: Choice<Id> = Object.freeze({ model: small, reason: `${large} is not permitted` });
  const largeAlone: Choice<Id> = Object.freeze({ model: large, reason: `${small} is not permitted` });

  return {
    name: "threshold",
    parameters: { small, large, at, otherwise },
    models: [small, large],
    select({ classification, candidates }) {
      const largePermitted = isPermitted(candidates, large);
      if (!isPermitted(candidates, small)) return largePermitted ? largeAlone : undefined;
      if (!largePermitted) return smallAlone;
      if (classification === undefined) return unclassified;
      return classification.complexity < at ? easy : hard;
    },
  };
}
