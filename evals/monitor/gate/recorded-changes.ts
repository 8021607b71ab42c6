import { percent } from "./describe-evidence.ts";
import type { CheckResult, GateCheck } from "./gate-check.ts";
import type { ChangeName, MeasuredChange } from "./measured-change.ts";

interface Comparison {
  readonly name: ChangeName;
  /** Name of the check. */
  readonly check: string;
  readonly what: (tuning: { readonly small: string; readonly large: string }) => string;
  /** Change that matters: a smaller one does not fail, however sure it is. */
  readonly matters: (before: number) => number;
  readonly show: (value: number) => string;
  readonly then: string;
}

const points = (value: number): string => percent(value);
const usd = (value: number): string => `$${(1_000 * value).toPrecision(3)} per 1,000`;

const comparisons: readonly Comparison[] = [
  {
    name: "small",
    check: "small-model",
    what: ({ small }) => `quality of ${small}`,
    matters: () => 0.005,
    show: points,
    then: "the small model answers worse: tune again",
  },
  {
    name: "large",
    check: "large-model",
    what: ({ large }) => `quality of ${large}`,
    matters: () => 0.005,
    show: points,
    then: "the large model answers worse: tune again",
  },
  {
    name: "loss",
    check: "loss",
    what: () => "loss against always-large",
    matters: () => 0.005,
    show: points,
    then: "routing loses more than it did: tune again",
  },
  {
    name: "largeCallRate",
    check: "large-calls",
    what: () => "share of large calls",
    matters: () => 0.01,
    show: points,
    then: "requests are routed otherwise: tune again",
  },
  {
    name: "costUsd",
    check: "cost",
    what: () => "cost of a routed request",
    matters: (before) => 0.02 * before,
    show: usd,
    then: "the saving is no longer what it was: tune again",
  },
  {
    name: "skipped",
    check: "skipped",
    what: () => "share of records without an outcome of each model",
    matters: () => 0.005,
    show: points,
    then: "what is left out is not measured: a model that does not answer looks like one that is right",
  },
];

/**
 * Checks that compare fresh outcomes with those that the certificate recorded: the quality of each model, the
 * loss, the share of large calls, the cost and the share of skipped records.
 */
export const recordedChanges: readonly GateCheck[] = comparisons.map(
  ({ name, check, what, matters, show, then }): GateCheck =>
    ({ tuning, changes, same }) => {
      const { others } = changes[name];
      const paired = same.isUnchanged ? undefined : changes[name].paired;
      const found = [paired, others].filter((one) => one !== undefined);
      const of = (verdict: CheckResult["verdict"], sentence: string): CheckResult => ({
        name: check,
        verdict,
        sentence,
        figures: { paired, others },
      });
      if (found.length === 0 && changes[name].paired !== undefined)
        return of(
          "not-judged",
          `${what(tuning)}: every outcome is that of the tuning, so nothing new was compared: run the models again`,
        );
      // A file without costs promises no saving.
      if (found.length === 0 && name === "costUsd") return undefined;
      if (found.length === 0)
        return of("not-judged", `${what(tuning)}: too few records to compare with those tuned on`);
      const failed = found.filter((one) => one.isSure && Math.abs(one.change) >= matters(one.before));
      const told = (one: MeasuredChange): string => {
        const which = one === paired ? `the same ${one.records} records` : `${one.records} other records`;
        return `${show(one.before)} then, ${show(one.now)} now (${which})`;
      };
      const finds = `a change of ${show(smallestOf(found))} would be found in 9 of 10 runs`;
      if (failed.length > 0) return of("failed", `${what(tuning)}: ${failed.map(told).join("; ")}; ${then}`);
      return of("passed", `${what(tuning)}: ${found.map(told).join("; ")}; ${finds}`);
    },
);

/** Smallest change that any of the tests finds. */
function smallestOf(found: readonly MeasuredChange[]): number {
  return Math.min(...found.map(({ smallest }) => smallest));
}
