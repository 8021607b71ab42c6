import { lossTest } from "../../../src/loop/statistics/index.ts";
import type { Certificate } from "../../tune/certificate.ts";

/** Evidence of fresh outcomes about a bound on the loss. */
export interface LossEvidence {
  /** Category. Absent for all requests. */
  readonly category?: string | undefined;
  readonly records: number;
  readonly units: number;
  readonly maxLoss: number;
  readonly delta: number;
  /** Level of the test for a broken promise: `delta`, or a share of it. */
  readonly level: number;
  /** Measured loss of the guarantee; records of a unit beyond the certificate's cap weigh less. */
  readonly loss: number;
  /** P-value of the hypothesis that the loss is at most `maxLoss`: up to `level` the promise is broken. */
  readonly pKept: number;
  /**
   * P-value of the hypothesis that the loss is above `maxLoss`: up to `delta` these records alone would
   * certify it.
   */
  readonly pBroken: number;
  /** One-sided bounds at confidence `1 - level` and `1 - delta`, each if it proves something. */
  readonly lowerBound?: number | undefined;
  readonly upperBound?: number | undefined;
}

/** Step of the bounds, which are found by testing one limit after another. */
const step = 0.001;

/** Fields of a certificate that are read. */
export type Promised = Pick<
  Certificate,
  "guarantee" | "maxLoss" | "confidence" | "seed" | "largestUnit" | "unitCap"
>;

/**
 * Tests a certificate's bound on losses by record in both directions: that it is kept, at the level of the
 * certificate, and that it is broken, at `share` of that level. As many records of a unit count as in the
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
  // The mean of the mirrored losses is above the mirrored bound if that of the losses is below theirs.
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
