import { categoryOf } from "../../policies/internal/category-of.ts";
import { policyHash } from "../../src/decision/policy-hash.ts";
import { columnsOf } from "../compare/pair-outcomes.ts";
import { replayPolicy } from "../replay/replay.ts";
import type { ReplayCase, ReplayCases } from "../replay/replay-cases.ts";
import { lossesOf } from "../tune/candidates.ts";
import { certifiedPolicy } from "./certified-policy.ts";
import type { GateContext } from "./gate-check.ts";
import { type LossEvidence, lossEvidence } from "./loss-evidence.ts";

/**
 * What the fresh outcomes say of the certificate, and of that of each category that has its own.
 * `undefined`: the certified policy is not known, since its description does not determine it and no router
 * with that policy was given.
 */
export async function gatherEvidence({
  tuning,
  fresh,
  units,
  router,
}: Pick<GateContext, "tuning" | "fresh" | "units" | "router">): Promise<readonly LossEvidence[] | undefined> {
  const described = certifiedPolicy(tuning.policy);
  const configured =
    router !== undefined && policyHash(router.policy) === policyHash(tuning.policy)
      ? router.policy
      : undefined;
  // The router's own has the checks of a cascade too, which may read recorded answers.
  const policy = configured ?? described;
  if (policy === undefined) return undefined;
  const { certificate, large } = tuning;
  const ofLarge = columnsOf(fresh.cases, large).quality;
  // None of the described policies looks at sessions, which replay would want in order of time.
  const routed = replayPolicy(described === undefined ? fresh : withoutSessions(fresh), policy).byRecord
    .quality;
  const loss = lossesOf(certificate.guarantee, ofLarge, routed);
  const certified = (tuning.categories ?? []).filter(({ certificate: own }) => own !== undefined);
  const share = certified.length > 0 ? 0.5 : 1;
  const evidence = [await lossEvidence(loss, units, certificate, share)];
  for (const { category, certificate: own } of certified) {
    if (own === undefined) continue;
    const among = (_: unknown, index: number): boolean =>
      categoryOf((fresh.cases[index] as ReplayCase<string>).context) === category;
    const losses = loss.filter(among);
    const found = await lossEvidence(losses, withoutGaps(units.filter(among)), own, share);
    evidence.push({ category, ...found });
  }
  return evidence;
}

function withoutSessions(fresh: ReplayCases<string>): ReplayCases<string> {
  const cases = fresh.cases.map((one) => ({ ...one, record: { ...one.record, session: undefined } }));
  return { ...fresh, cases };
}

/** The same units, numbered from 0. */
function withoutGaps(units: Uint32Array): Uint32Array {
  const numbers = new Map<number, number>();
  return units.map((unit) => {
    const known = numbers.get(unit) ?? numbers.size;
    numbers.set(unit, known);
    return known;
  });
}
