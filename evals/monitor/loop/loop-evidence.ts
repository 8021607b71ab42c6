import { type Classifier, isRouterError } from "../../../src/contracts/index.ts";
import { tuneThreshold } from "../../tune/tune-threshold.ts";
import type { LoopEvidence } from "./loop-status.ts";
import type { LoopRecords } from "./read-loop.ts";

export interface EvidenceOptions {
  readonly classifier: Classifier;
  readonly maxLoss: number;
  readonly confidence: number;
  readonly now: number;
}

/** Number of records of the first look; each later one is at twice as many. */
const firstLook = 200;
const resamples = 200;

/**
 * Says whether the records would certify a threshold. Asked each day until it says yes, a test would say yes too often:
 * so it looks at 200, 400, 800 … of the oldest records alone, and the k-th look has a part of 1 / 2^k of the error. All
 * looks together err with probability 1 - confidence at most.
 */
export async function loopEvidence(
  { pairs, small, large, hashed }: LoopRecords,
  { classifier, maxLoss, confidence, now }: EvidenceOptions,
): Promise<LoopEvidence> {
  const unusable = (reason: string): LoopEvidence => ({ kind: "unusable", looked: 0, reason });
  if (small === undefined || large === undefined || pairs.length === 0)
    return unusable("no record has outcomes of two models");
  if (hashed > 0)
    return unusable(
      `${hashed} of ${pairs.length} records hold a hash in place of the text, which nothing can be tuned on: set prompts: "store"`,
    );
  const look = Math.max(0, Math.floor(Math.log2(pairs.length / firstLook)));
  const looked = Math.min(pairs.length, firstLook * 2 ** look);
  try {
    const { certificate } = await tuneThreshold(pairs.slice(0, looked), {
      small,
      large,
      classifier,
      target: { maxLoss },
      confidence: 1 - (1 - confidence) / 2 ** (look + 1),
      resamples,
      clock: () => now,
    });
    const { threshold = 0, largeCallRate, loss, saving, costUsd } = certificate;
    const savedUsd = costUsd && 1_000 * (costUsd.large - costUsd.routed);
    return { kind: "enough", looked, threshold, largeCallRate, loss, saving, savedUsd };
  } catch (error) {
    if (!isRouterError(error, "insufficient-evidence")) throw error;
    const { recordsNeeded, message: reason } = error;
    if (!Number.isFinite(recordsNeeded)) return { kind: "loses-too-much", looked, reason };
    // The next look is at twice as many.
    return { kind: "too-few", looked, needed: atLook(Math.max(recordsNeeded, pairs.length + 1)), reason };
  }
}

/** Smallest number of records of a look that is at least this one. */
function atLook(records: number): number {
  let look = firstLook;
  while (look < records) look *= 2;
  return look;
}
