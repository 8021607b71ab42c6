import type { CheckResult, GateContext } from "./gate-check.ts";
import type { LossEvidence } from "./loss-evidence.ts";

/**
 * Whether fresh outcomes contradict the certificate: failed where a test at its own level, delta, rejects
 * that the loss is at most what was promised. While the promise holds, chance fails this check in at
 * most a share of delta of the runs. Passed means not contradicted: `recertification` says whether these
 * outcomes would do as a proof.
 */
export function promise({ evidence, tuning }: Pick<GateContext, "evidence" | "tuning">): CheckResult {
  const name = "promise";
  if (evidence === undefined) return { name, verdict: "not-judged", ...unknownPolicy(tuning) };
  const broken = evidence.filter(({ pKept, delta }) => pKept <= delta);
  const verdict = broken.length > 0 ? "failed" : "passed";
  const sentence =
    broken.length > 0
      ? `the promise no longer holds: ${broken.map(brokenBy).join("; ")}. Tune again`
      : `fresh outcomes do not contradict the promise: ${evidence.slice(0, 1).map(measured).join("")}`;
  return { name, verdict, sentence, figures: { scopes: evidence } };
}

/** A policy that neither the tuning file nor the config makes known. */
export function unknownPolicy({ policy }: GateContext["tuning"]): Pick<CheckResult, "sentence" | "figures"> {
  return {
    sentence: `policy ${policy.name} is not determined by its parameters: give the router that has it, --config FILE`,
    figures: { policy },
  };
}

function brokenBy(one: LossEvidence): string {
  const least = one.lowerBound === undefined ? "" : ` and at least ${percent(one.lowerBound)}`;
  return `${scopeOf(one)}loss ${percent(one.loss)}${least} with ${percent(1 - one.delta)} confidence, at most ${percent(one.maxLoss)} were promised (${sizeOf(one)})`;
}

function measured(one: LossEvidence): string {
  return `${scopeOf(one)}loss ${percent(one.loss)}, at most ${percent(one.maxLoss)} were promised (${sizeOf(one)})`;
}

export function scopeOf({ category }: LossEvidence): string {
  return category === undefined ? "" : `category ${category}: `;
}

export function sizeOf({ records, units }: LossEvidence): string {
  return records === units ? `${records} records` : `${records} records of ${units} independent units`;
}

export function percent(share: number): string {
  return `${Number((100 * share).toFixed(2))} %`;
}
