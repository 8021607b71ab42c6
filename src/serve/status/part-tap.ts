import { hasFailed } from "../../plugin/has-failed.ts";
import { createArmCounts } from "./arm-counts.ts";
import type { EndedRequest } from "./ended-request.ts";
import type { FrameNews } from "./frame.ts";
import type { Part } from "./part.ts";
import { partOfSlot } from "./part-slot.ts";
import { rowOf } from "./row-of.ts";
import { type AttemptEntry, addAttempt, addRequest, createSlot, type Slot, type SlotEntry } from "./slot.ts";
import { finestMs } from "./windows.ts";

/** Is called with all that a recorder adds, in the recorder's terms. */
export interface RecorderTap {
  request(at: number, entry: SlotEntry, request: EndedRequest, costUsd: number | undefined): void;
  undecided(at: number): void;
  attempt(at: number, entry: AttemptEntry): void;
  news(one: FrameNews): void;
  back(at: number): void;
}

/** Gathers what is new since it was taken before. */
export interface PartTap extends RecorderTap {
  /** A verdict on an answer of a decision that is in arms. */
  rated(decisionId: string, quality: number, arms: NonNullable<EndedRequest["decision"]["arms"]>): void;
  /** Returns what is new, and begins again. Undefined: nothing is. `models` are the names of the recorder's places. */
  take(models: readonly string[]): Part | undefined;
}

/** Stretches of 15 seconds that wait at most: older ones are let go of where no one takes them. */
const mostSlots = 40;
const mostRows = 40;
const mostNews = 40;
/** Requests of a hold-out, and verdicts, that wait. */
const mostMeasured = 5_000;

interface Gathering {
  readonly slots: Map<number, Slot>;
  readonly recent: { readonly at: number; readonly request: EndedRequest }[];
  readonly arms: ReturnType<typeof createArmCounts>;
  readonly measured: Part["measured"][number][];
  readonly ratings: Part["ratings"][number][];
  readonly news: FrameNews[];
  requests: number;
  backTo: number | undefined;
  isEmpty: boolean;
}

const begin = (): Gathering => ({
  slots: new Map(),
  recent: [],
  arms: createArmCounts(),
  measured: [],
  ratings: [],
  news: [],
  requests: 0,
  backTo: undefined,
  isEmpty: true,
});

/** `heldOutCost` sums the cost of a request as a hold-out does. */
export function createPartTap(
  heldOutCost: (attempts: EndedRequest["attempts"], isHeldOut: boolean) => number | undefined,
): PartTap {
  let now = begin();
  const slotAt = (at: number): Slot => {
    now.isEmpty = false;
    const index = Math.floor(at / finestMs);
    const known = now.slots.get(index);
    if (known !== undefined) return known;
    const slot = createSlot();
    slot.index = index;
    now.slots.set(index, slot);
    if (now.slots.size > mostSlots) now.slots.delete(now.slots.keys().next().value as number);
    return slot;
  };
  return {
    request(at, entry, request, costUsd) {
      addRequest(slotAt(at), entry);
      now.requests += 1;
      now.recent.push({ at, request });
      // In halves: one at a time would move all others.
      if (now.recent.length >= 2 * mostRows) now.recent.splice(0, mostRows);
      const { arms } = request.decision;
      if (arms === undefined) return;
      now.arms.add(request, costUsd);
      for (const { comparison, arm, unitHash } of arms) {
        if ((arm !== "held-out" && arm !== "routed") || now.measured.length >= mostMeasured) continue;
        const cost = heldOutCost(request.attempts, arm === "held-out");
        now.measured.push([comparison, arm, unitHash, cost ?? null, hasFailed(request.error) ? 1 : 0]);
      }
    },
    undecided(at) {
      const slot = slotAt(at);
      slot.requests += 1;
      slot.failed += 1;
    },
    attempt(at, entry) {
      addAttempt(slotAt(at), entry);
    },
    news(one) {
      now.isEmpty = false;
      now.news.push(one);
      if (now.news.length > mostNews) now.news.shift();
    },
    back(at) {
      now.isEmpty = false;
      now.backTo = at;
      for (const index of now.slots.keys()) if (index > Math.floor(at / finestMs)) now.slots.delete(index);
    },
    rated(decisionId, quality, arms) {
      for (const { comparison, arm, unitHash } of arms) {
        if ((arm !== "held-out" && arm !== "routed") || now.ratings.length >= mostMeasured) continue;
        now.isEmpty = false;
        now.ratings.push([decisionId, comparison, arm, unitHash, quality]);
      }
    },
    take(models) {
      if (now.isEmpty) return undefined;
      const taken = now;
      now = begin();
      return {
        models,
        slots: [...taken.slots.values()].map(partOfSlot),
        requests: taken.requests,
        rows: taken.recent
          .slice(-mostRows)
          .reverse()
          .map(({ at, request }) => {
            const { seq, ...row } = rowOf(0, at, request);
            return row;
          }),
        arms: taken.arms.read(),
        measured: taken.measured,
        ratings: taken.ratings,
        news: taken.news,
        ...(taken.backTo !== undefined && { backTo: taken.backTo }),
      };
    },
  };
}
