import { lossTest } from "../../../src/statistics/loss-test.ts";
import type { Certificate } from "../../tune/certificate.ts";

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
  /** Measured, of the guarantee's loss; records of a unit beyond the certificate's cap weigh less. */
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

/** What is read of a certificate. */
export type Promised = Pick<
  Certificate,
  "guarantee" | "maxLoss" | "confidence" | "seed" | "largestUnit" | "unitCap"
>;

/**
 * Tests a certificate's bound on losses by record, both ways: that it is kept at the level of the
 * certificate, that it is broken at `share` of that level. Of a unit as many records count as in the
 * certificate.
 */
export async function lossEvidence(
  loss: Float64Array,
  units: ArrayLike<number>,
  { guarantee, maxLoss, confidence, seed, largestUnit, unitCap = Math.max(1, largestUnit) }: Promised,
  share: number = 1,
): Promise<LossEvidence> {
  const delta = 1 - confidence;
  const level = share * delta;
  const counts = guarantee === "regressions";
  const [certifying, refuting] = await Promise.all([
    lossTest({ guarantee, units, delta, seed, unitCap }),
    lossTest({ guarantee, units, delta: level, seed, unitCap }),
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
    loss: certifying.mean(loss),
    pKept,
    pBroken,
    ...(pKept <= level ? { lowerBound: mirror(refuting.upperBound(mirrored, mirror(maxLoss), step)) } : {}),
    ...(pBroken <= delta ? { upperBound: certifying.upperBound(loss, maxLoss, step) } : {}),
  };
}
