import type { Candidate, Policy } from "../src/contracts/index.ts";
import { readOption } from "../src/plugin/index.ts";
import { onlyPermitted } from "./internal/only-permitted.ts";

/**
 * Chooses the cheapest model whose expected quality reaches `floor`, in [0, 1]; where none does, the one
 * with the highest expected quality. Ties in cost go to the better model, ties in quality to the cheaper
 * one. A model of unknown price counts as more expensive than all others. If only one model is
 * permitted, it is chosen.
 *
 * No opinion where no model is known to reach the floor and the quality of one is not known, for
 * instance when the classifier failed or gives no `quality`: `firstOf(cheapestAbove(0.8), always("large"))`.
 */
export function cheapestAbove(floor: number): Policy {
  readOption({ is: "share" }, "cheapestAbove.floor", floor);
  const reached = `cheapest with an expected quality of at least ${floor}`;
  const missed = `highest expected quality, none reaches ${floor}`;

  return {
    name: "cheapestAbove",
    parameters: { floor },
    select({ candidates }) {
      if (candidates.length === 1) return onlyPermitted(candidates);
      let cheapest: Candidate<never> | undefined;
      let best: Candidate<never> | undefined;
      let allKnown = true;
      for (const candidate of candidates) {
        const quality = candidate.estimatedQuality;
        if (quality === undefined) {
          allKnown = false;
          continue;
        }
        if (best === undefined || isBetter(candidate, best)) best = candidate;
        if (quality >= floor && (cheapest === undefined || isCheaper(candidate, cheapest)))
          cheapest = candidate;
      }
      if (cheapest !== undefined) return { model: cheapest.id, reason: reached };
      return best !== undefined && allKnown ? { model: best.id, reason: missed } : undefined;
    },
  };
}

function isCheaper(a: Candidate, b: Candidate): boolean {
  return costOf(a) < costOf(b) || (costOf(a) === costOf(b) && qualityOf(a) > qualityOf(b));
}

function isBetter(a: Candidate, b: Candidate): boolean {
  return qualityOf(a) > qualityOf(b) || (qualityOf(a) === qualityOf(b) && costOf(a) < costOf(b));
}

function costOf({ estimatedCostUsd = Number.POSITIVE_INFINITY }: Candidate): number {
  return estimatedCostUsd;
}

function qualityOf({ estimatedQuality = 0 }: Candidate): number {
  return estimatedQuality;
}
