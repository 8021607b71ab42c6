import { categoryOf } from "../../policies/internal/category-of.ts";
import { policyHash } from "../../src/decision/policy-hash.ts";
import { columnsOf } from "../compare/pair-outcomes.ts";
import { replayPolicy } from "../replay/replay.ts";
import type { ReplayCase } from "../replay/replay-cases.ts";
import { lossesOf } from "../tune/candidates.ts";
import type { Certificate } from "../tune/certificate.ts";
import { lossTest } from "../tune/loss-test.ts";
import { certifiedPolicy } from "./certified-policy.ts";
import type { GateContext } from "./gate-check.ts";

/** What fresh outcomes say of a bound on the loss. */
export interface LossEvidence {
  /** Absent: all requests. */
  readonly category?: string | undefined;
  readonly records: number;
  readonly units: number;
  readonly maxLoss: number;
  readonly delta: number;
  /** Of the test of whether the promise is broken: `delta`, or a share of it. */
  readonly level: number;
  /** Measured, of the guarantee's loss. */
  readonly loss: number;
  /** Of the hypothesis that the loss is at most `maxLoss`: at most `level`, the promise is broken. */
  readonly pKept: number;
  /** Of the hypothesis that the loss is above `maxLoss`: at most `delta`, these records alone would certify. */
  readonly pBroken: number;
  /** One-sided bounds at confidence `1 - level` and `1 - delta`, each where it proves something. */
  readonly lowerBound?: number | undefined;
  readonly upperBound?: number | undefined;
}

/** Of the bounds that are found by testing one limit after the other. */
const step = 0.001;

/**
 * Tests a certificate's bound on losses by record, both ways: that it is kept at the level of the
 * certificate, that it is broken at `share` of that level.
 */
export async function lossEvidence(
  loss: Float64Array,
  units: ArrayLike<number>,
  {
    guarantee,
    maxLoss,
    confidence,
    seed,
  }: Pick<Certificate, "guarantee" | "maxLoss" | "confidence" | "seed">,
  share: number = 1,
): Promise<LossEvidence> {
  const delta = 1 - confidence;
  const level = share * delta;
  const counts = guarantee === "regressions";
  const [certifying, refuting] = await Promise.all([
    lossTest({ guarantee, units, delta, seed }),
    lossTest({ guarantee, units, delta: level, seed }),
  ]);
  // The mean of the mirrored losses is above the mirrored bound where that of the losses is below theirs.
  const mirrored = loss.map((one) => (counts ? 1 - one : -one));
  const mirror = (value: number): number => (counts ? 1 - value : -value);
  const pKept = refuting.pValue(mirrored, mirror(maxLoss));
  const pBroken = certifying.pValue(loss, maxLoss);
  return {
    records: loss.length,
    units: certifying.units,
    maxLoss,
    delta,
    level,
    loss: loss.reduce((sum, one) => sum + one, 0) / Math.max(1, loss.length),
    pKept,
    pBroken,
    ...(pKept <= level ? { lowerBound: mirror(refuting.upperBound(mirrored, mirror(maxLoss), step)) } : {}),
    ...(pBroken <= delta ? { upperBound: certifying.upperBound(loss, maxLoss, step) } : {}),
  };
}

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
  const policy =
    certifiedPolicy(tuning.policy) ??
    (router !== undefined && policyHash(router.policy) === policyHash(tuning.policy)
      ? router.policy
      : undefined);
  if (policy === undefined) return undefined;
  const { certificate, large } = tuning;
  const ofLarge = columnsOf(fresh.cases, large).quality;
  const routed = replayPolicy(fresh, policy).byRecord.quality;
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

/** The same units, numbered from 0. */
function withoutGaps(units: Uint32Array): Uint32Array {
  const numbers = new Map<number, number>();
  return units.map((unit) => {
    const known = numbers.get(unit) ?? numbers.size;
    numbers.set(unit, known);
    return known;
  });
}
