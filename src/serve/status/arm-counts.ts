import { hasFailed } from "../../plugin/has-failed.ts";
import { shortText } from "../../plugin/short-text.ts";
import type { EndedRequest } from "./ended-request.ts";
import type { FrameArms } from "./frame.ts";

/** Most comparisons, and arms of one, that are counted. */
const mostComparisons = 20;
const mostArms = 8;

interface ArmCount {
  share: number;
  requests: number;
  failed: number;
  costUsd: number;
  priced: number;
}

/** Counts requests by arm. */
export interface ArmCounts {
  add(request: EndedRequest, costUsd: number | undefined): void;
  /** Adds counts that were gathered elsewhere. */
  sum(comparison: string, arms: FrameArms["arms"]): void;
  read(): readonly FrameArms[];
}

export function createArmCounts(): ArmCounts {
  const comparisons = new Map<string, Map<string, ArmCount>>();
  const countOf = (comparison: string, arm: string, share: number): ArmCount | undefined => {
    let counts = comparisons.get(comparison);
    if (counts === undefined) {
      if (comparisons.size >= mostComparisons) return undefined;
      counts = new Map();
      comparisons.set(comparison, counts);
    }
    let count = counts.get(arm);
    if (count === undefined) {
      if (counts.size >= mostArms) return undefined;
      count = { share, requests: 0, failed: 0, costUsd: 0, priced: 0 };
      counts.set(arm, count);
    }
    count.share = share;
    return count;
  };
  return {
    sum(comparison, arms) {
      for (const { arm, share, requests, failed, costUsd, priced } of arms) {
        const count = countOf(comparison, arm, share);
        if (count === undefined) continue;
        count.requests += requests;
        count.failed += failed;
        count.costUsd += costUsd;
        count.priced += priced;
      }
    },
    add({ decision: { arms }, error }, costUsd) {
      if (arms === undefined) return;
      for (const { comparison, arm, share } of arms) {
        const count = countOf(comparison, arm, share);
        if (count === undefined) continue;
        count.requests += 1;
        if (hasFailed(error)) count.failed += 1;
        if (costUsd === undefined) continue;
        count.costUsd += costUsd;
        count.priced += 1;
      }
    },
    read: () =>
      [...comparisons].map(([comparison, arms]) => ({
        comparison: shortText(comparison) ?? "",
        arms: [...arms]
          .map(([arm, count]) => ({ arm: shortText(arm) ?? "", ...count }))
          .sort((a, b) => (a.arm < b.arm ? -1 : 1)),
      })),
  };
}
