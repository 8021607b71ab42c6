import { shortText } from "../../plugin/short-text.ts";
import type { EndedRequest } from "./ended-request.ts";
import type { FrameArms } from "./frame.ts";

/** Most rollouts, and arms of one, that are counted. */
const mostRollouts = 20;
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
  sum(rollout: string, arms: FrameArms["arms"]): void;
  read(): readonly FrameArms[];
}

export function createArmCounts(): ArmCounts {
  const rollouts = new Map<string, Map<string, ArmCount>>();
  const countOf = (rollout: string, arm: string, share: number): ArmCount | undefined => {
    let counts = rollouts.get(rollout);
    if (counts === undefined) {
      if (rollouts.size >= mostRollouts) return undefined;
      counts = new Map();
      rollouts.set(rollout, counts);
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
    sum(rollout, arms) {
      for (const { arm, share, requests, failed, costUsd, priced } of arms) {
        const count = countOf(rollout, arm, share);
        if (count === undefined) continue;
        count.requests += requests;
        count.failed += failed;
        count.costUsd += costUsd;
        count.priced += priced;
      }
    },
    add({ decision: { arms }, error }, costUsd) {
      if (arms === undefined) return;
      for (const { rollout, arm, share } of arms) {
        const count = countOf(rollout, arm, share);
        if (count === undefined) continue;
        count.requests += 1;
        if (error !== undefined) count.failed += 1;
        if (costUsd === undefined) continue;
        count.costUsd += costUsd;
        count.priced += 1;
      }
    },
    read: () =>
      [...rollouts].map(([rollout, arms]) => ({
        rollout: shortText(rollout) ?? "",
        arms: [...arms]
          .map(([arm, count]) => ({ arm: shortText(arm) ?? "", ...count }))
          .sort((a, b) => (a.arm < b.arm ? -1 : 1)),
      })),
  };
}
