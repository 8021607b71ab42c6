import { percent, scopeOf, sizeOf, unknownPolicy } from "./describe-evidence.ts";
import type { CheckResult, GateContext } from "./gate-check.ts";
import type { LossEvidence } from "./loss-evidence.ts";

/**
 * Checks if fresh outcomes contradict the certificate: failed if a test at its own level, delta, rejects that
 * the loss is at most the promised one; if categories have certificates too, each test has half of its level.
 * While the promise holds, chance fails this check in at most a share of delta of the runs. Passed means not
 * contradicted: `recertification` says if these outcomes are enough for a proof.
 */
export function promise({
  evidence,
  tuning,
  fresh,
}: Pick<GateContext, "evidence" | "tuning" | "fresh">): CheckResult {
  const name = "promise";
  if (evidence === undefined) return { name, verdict: "not-judged", ...unknownPolicy(tuning, fresh) };
  const broken = evidence.filter(({ pKept, level }) => pKept <= level);
  const verdict = broken.length > 0 ? "failed" : "passed";
  const sentence =
    broken.length > 0
      ? `the promise no longer holds: ${broken.map(brokenBy).join("; ")}. Tune again`
      : `fresh outcomes do not contradict the promise: ${evidence.slice(0, 1).map(measured).join("")}`;
  return { name, verdict, sentence, figures: { scopes: evidence } };
}

function brokenBy(one: LossEvidence): string {
  const least = one.lowerBound === undefined ? "" : ` and at least ${percent(one.lowerBound)}`;
  return `${scopeOf(one)}loss ${percent(one.loss)}${least} with ${percent(1 - one.level)} confidence, at most ${percent(one.maxLoss)} were promised (${sizeOf(one)})`;
}

function measured(one: LossEvidence): string {
  return `${scopeOf(one)}loss ${percent(one.loss)}, at most ${percent(one.maxLoss)} were promised (${sizeOf(one)})`;
}
