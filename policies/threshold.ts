import {
  type Choice,
  InvalidOptionError,
  type Policy,
  type PolicyContext,
  PolicyError,
} from "../src/contracts/index.ts";
import { type OptionTable, readOption, readOptions } from "../src/plugin/index.ts";
import { isPermitted } from "./internal/is-permitted.ts";
import { inputId, type RecentScores, recentScores } from "./internal/recent-scores.ts";
import {
  checkOtherwise,
  type FixedThresholdOptions,
  type ShareThresholdOptions,
  type ThresholdOptions,
} from "./internal/threshold-options.ts";

export type { FixedThresholdOptions, ShareThresholdOptions, ThresholdOptions };

export const thresholdOptions: OptionTable<ThresholdOptions<string>, "at" | "largeShare" | "otherwise"> = {
  small: { is: "text" },
  large: { is: "text" },
  at: { is: "share", optional: true },
  largeShare: {
    is: "share",
    above: 0,
    below: 1,
    optional: true,
    expected: "above 0 and below 1: always() sends everything to one model",
  },
  maxTenantShare: { is: "number", min: 0.001, max: 1, default: 0.1 },
  otherwise: { is: "any", optional: true, expected: "small or large" },
};

/**
 * Sends hard requests to the large model and the others to the small one. Where only one of the two is
 * permitted, it gets all requests; where neither is, no opinion.
 *
 * With `at` the cut is a number. With `largeShare` it follows the complexity of the router's own last 1,000
 * requests, so that this share of them goes up; requests exactly at the cut are settled by a lottery. Until 50
 * requests were scored, stored short chat requests fill up. The cut stands in `decision.inputs`, and a
 * certificate of a number does not certify such decisions.
 */
export function threshold<const Id extends string>(options: ThresholdOptions<Id>): Policy<Id> {
  const read = readOptions("threshold", thresholdOptions, options);
  const { small, large, otherwise = large } = read;
  const rule = ruleOf(read);
  checkOtherwise("threshold", read);

  const unclassified: Choice<Id> = Object.freeze({ model: otherwise, reason: "no classification" });
  const smallAlone: Choice<Id> = Object.freeze({ model: small, reason: `${large} is not permitted` });
  const largeAlone: Choice<Id> = Object.freeze({ model: large, reason: `${small} is not permitted` });

  return {
    name: "threshold",
    parameters: { small, large, ...rule.parameters, otherwise },
    models: [small, large],
    reads: rule.reads,
    cut: rule.cut,
    select(context) {
      const { classification, candidates } = context;
      const largePermitted = isPermitted(candidates, large);
      if (!isPermitted(candidates, small)) return largePermitted ? largeAlone : undefined;
      if (!largePermitted) return smallAlone;
      if (classification === undefined) return unclassified;
      return rule.choose(classification.complexity, context);
    },
  };
}

interface Rule<Id extends string> extends Pick<Policy, "reads" | "parameters" | "cut"> {
  choose(complexity: number, context: PolicyContext<Id>): Choice<Id> | readonly Choice<Id>[];
}

interface Cut<Id extends string> {
  readonly small: Id;
  readonly large: Id;
  readonly at?: number | undefined;
  readonly largeShare?: number | undefined;
  readonly maxTenantShare: number;
}

/** Throws `InvalidOptionError` unless there is either a threshold or a share. */
function ruleOf<Id extends string>(options: Cut<Id>): Rule<Id> {
  const { at, largeShare } = options;
  if (largeShare === undefined) return fixedRule(options, readOption({ is: "share" }, "threshold.at", at));
  if (at !== undefined)
    throw new InvalidOptionError("threshold.at", at, "absent next to largeShare: give one of them");
  return shareRule(options, largeShare);
}

function fixedRule<Id extends string>({ small, large }: Cut<Id>, at: number): Rule<Id> {
  const easy: Choice<Id> = Object.freeze({ model: small, reason: `complexity below ${at}` });
  const hard: Choice<Id> = Object.freeze({ model: large, reason: `complexity at or above ${at}` });
  return {
    parameters: { at },
    cut: { small, large, at },
    choose: (complexity) => (complexity < at ? easy : hard),
  };
}

function shareRule<Id extends string>(
  { small, large, maxTenantShare }: Cut<Id>,
  largeShare: number,
): Rule<Id> {
  const id = inputId(largeShare, maxTenantShare);
  const share = `${Number((largeShare * 100).toPrecision(3))} % of recent requests`;
  return {
    parameters: { largeShare, maxTenantShare },
    reads: [recentScores(largeShare, maxTenantShare)],
    choose(complexity, { inputs }) {
      const recent = inputs[id] as RecentScores | undefined;
      if (recent === undefined)
        throw new PolicyError(
          "threshold",
          `reads the router's recent scores, and the input ${id} is missing: ask it through a router`,
        );
      const { at, tieShare } = recent;
      const cut = `${at.toFixed(3)}, above which ${share} lie`;
      const isTied = complexity === at;
      if (isTied && tieShare > 0 && tieShare < 1)
        return [
          { model: large, reason: `complexity at ${cut}: a lottery settles ties`, probability: tieShare },
          { model: small, reason: `complexity at ${cut}: a lottery settles ties`, probability: 1 - tieShare },
        ];
      // A complexity that is not a number goes up, as with a fixed cut.
      return complexity < at || (isTied && tieShare <= 0)
        ? { model: small, reason: `complexity below ${cut}` }
        : { model: large, reason: `complexity above ${cut}` };
    },
  };
}
