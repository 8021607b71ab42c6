import { InsufficientEvidenceError } from "../../src/contracts/index.ts";
import { type LossTest, recordsNeeded, weightedMean } from "../../src/loop/statistics/index.ts";

interface Lacking {
  /** Loss by record, of the candidate that was not accepted. */
  readonly loss: Float64Array;
  readonly toLarge: Float64Array;
  readonly test: LossTest;
  readonly maxLoss: number;
  readonly delta: number;
}

/**
 * Builds the error with an estimate of how many records are needed; of units, if those have several records.
 */
export async function insufficientEvidence(
  problem: string,
  { loss, toLarge, ...lacking }: Lacking,
): Promise<InsufficientEvidenceError> {
  const { units } = lacking.test;
  const share = 1 - (weightedMean(toLarge) ?? 0);
  const needed = await recordsNeeded(loss, { ...lacking, share, seed: 1 });
  return new InsufficientEvidenceError(
    loss.length,
    needed.records,
    problem,
    units === loss.length ? undefined : { units, unitsNeeded: needed.units },
  );
}
