import { categoryOf } from "../../../policies/internal/category-of.ts";
import { columnsOf } from "../../replay/compare/pair-outcomes.ts";
import { replayPolicy } from "../../replay/replay.ts";
import type { ReplayCase, ReplayCases } from "../../replay/replay-cases.ts";
import { lossesOf } from "../../tune/candidates.ts";
import type { TuningFile } from "../../tune/tuning-file.ts";
import { certifiedPolicy } from "./certified-policy.ts";
import type { GateContext } from "./gate-check.ts";
import { type LossEvidence, lossEvidence } from "./loss-evidence.ts";
import { policyOfGate } from "./policy-of-gate.ts";

/**
 * Gathers the evidence of the fresh outcomes for the certificate, and for that of each category that has its
 * own. `undefined` if the certified policy is not known, since its description does not determine it and no
 * router with that policy was given.
 */
export async function gatherEvidence({
  tuning,
  fresh,
  units,
  router,
}: Pick<GateContext, "tuning" | "fresh" | "units" | "router">): Promise<readonly LossEvidence[] | undefined> {
  const policy = policyOfGate(tuning, router);
  if (policy === undefined || fresh.cases.length === 0) return undefined;
  const described = certifiedPolicy(tuning.policy);
  const { cases } = fresh;
  // None of the described policies reads sessions, for which replay needs the order of time.
  const { byRecord } = replayPolicy(described === undefined ? fresh : withoutSessions(fresh), policy);
  return evidenceOf(tuning, {
    cases,
    units,
    large: columnsOf(cases, tuning.large).quality,
    routed: byRecord.quality,
  });
}

/** Outcomes of the certified policy on records, as columns. */
export interface CertifiedRouting {
  readonly cases: readonly ReplayCase<string>[];
  /** Independent unit of each case, by the fields of the certificate. */
  readonly units: Uint32Array;
  /** Quality of the large model, and of the routed answer. */
  readonly large: Float64Array;
  readonly routed: Float64Array;
}

/**
 * Computes the evidence of records for each certificate of a tuning file: first for that of all requests,
 * then for those of categories, which share the level of the test for a broken promise with it.
 */
export async function evidenceOf(
  { certificate, categories = [] }: Pick<TuningFile, "certificate" | "categories">,
  { cases, units, large, routed }: CertifiedRouting,
): Promise<readonly LossEvidence[]> {
  const loss = lossesOf(certificate.guarantee, large, routed);
  const certified = categories.filter(({ certificate: own }) => own !== undefined);
  const share = certified.length > 0 ? 0.5 : 1;
  const evidence = [await lossEvidence(loss, units, certificate, share)];
  for (const { category, certificate: own } of certified) {
    if (own === undefined) continue;
    const among = (_: unknown, index: number): boolean =>
      categoryOf((cases[index] as ReplayCase<string>).context) === category;
    const found = await lossEvidence(loss.filter(among), withoutGaps(units.filter(among)), own, share);
    evidence.push({ category, ...found });
  }
  return evidence;
}

function withoutSessions(fresh: ReplayCases<string>): ReplayCases<string> {
  const cases = fresh.cases.map((one) => ({ ...one, record: { ...one.record, session: undefined } }));
  return { ...fresh, cases };
}

/** Renumbers the units from 0 without gaps. */
function withoutGaps(units: Uint32Array): Uint32Array {
  const numbers = new Map<number, number>();
  return units.map((unit) => {
    const known = numbers.get(unit) ?? numbers.size;
    numbers.set(unit, known);
    return known;
  });
}
