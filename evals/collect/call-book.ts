import { type CallState, due, isFinished, nextCallState, withoutScore } from "./call-state.ts";
import type { CallKey, JournalEntry } from "./journal-entry.ts";
import { nothingSpent, type Spending, type UnderWay, withCutOff, withEnd } from "./spending.ts";

/** Batch that has begun and, as far as the journal knows, not ended. */
export interface OpenBatch {
  readonly key: string;
  readonly model: string;
  readonly at: number;
  readonly items: readonly Pick<CallKey, "id" | "repeat">[];
  /** Id that the provider gave. Absent: it is not known if the batch was submitted. */
  readonly batch?: string | undefined;
  readonly atMostUsd?: number | undefined;
}

/** Sum of the journal's entries: the states of calls, and their cost. */
export interface CallBook {
  apply(entry: JournalEntry): void;
  stateOf(call: CallKey): CallState;
  /** True if nothing more is to be done for a call. */
  isFinished(call: CallKey): boolean;
  /** Number of finished calls. */
  readonly finished: number;
  openBatches(): readonly OpenBatch[];
  readonly spending: Spending;
  /** Number of calls and scores under way. */
  readonly underWay: number;
  /** The most that can have been spent, in US dollars, on what has ended and on what is under way. */
  readonly committedUsd: number;
  /**
   * Gives up what seems to be under way: it was cut off with the process that began it, and may have been
   * paid for. Returns the number of those calls and scores.
   */
  giveUpUnderWay(): number;
}

export function createCallBook(): CallBook {
  const calls = new Map<string, CallState>();
  const underWay = new Map<string, UnderWay>();
  const batches = new Map<string, OpenBatch>();
  let scorer: string | undefined;
  let spending = nothingSpent;
  let finished = 0;

  const stateOf = (call: string): CallState => calls.get(call) ?? due;
  const setState = (call: string, next: CallState): void => {
    finished += Number(isFinished(next)) - Number(isFinished(stateOf(call)));
    calls.set(call, next);
  };
  const giveUp = (key: string): void => {
    const cutOff = underWay.get(key);
    if (cutOff !== undefined) spending = withCutOff(spending, cutOff);
    underWay.delete(key);
  };
  const begin = (key: string, atMostUsd: number | undefined): void => {
    giveUp(key);
    underWay.set(key, { atMostUsd });
  };

  return {
    apply(entry) {
      switch (entry.type) {
        case "settings":
          // Another scorer: its scores are not mixed with those of the previous one.
          if (scorer !== undefined && scorer !== entry.settings.scorer)
            for (const [call, state] of calls) setState(call, withoutScore(state));
          scorer = entry.settings.scorer;
          return;
        case "begun":
          begin(keyOf(entry), entry.atMostUsd);
          return;
        case "scoring":
          begin(scoringKeyOf(entry), entry.atMostUsd);
          return;
        case "answered":
        case "failed":
        case "scored": {
          const call = keyOf(entry);
          const begun = entry.type === "scored" ? scoringKeyOf(entry) : call;
          spending = withEnd(spending, entry, underWay.get(begun));
          underWay.delete(begun);
          setState(call, nextCallState(stateOf(call), entry));
          return;
        }
        case "batch-begun": {
          const { type: _, ...batch } = entry;
          batches.set(entry.key, batch);
          return;
        }
        case "batch-submitted": {
          const batch = batches.get(entry.key);
          if (batch !== undefined) batches.set(entry.key, { ...batch, batch: entry.batch });
          return;
        }
        case "batch-ended":
          batches.delete(entry.key);
      }
    },
    stateOf: (call) => stateOf(keyOf(call)),
    isFinished: (call) => isFinished(stateOf(keyOf(call))),
    openBatches: () => [...batches.values()],
    get finished() {
      return finished;
    },
    get spending() {
      return spending;
    },
    get underWay() {
      return underWay.size;
    },
    get committedUsd() {
      return spending.mostUsd + mostOf(underWay.values()) + mostOf(batches.values());
    },
    giveUpUnderWay() {
      const keys = [...underWay.keys()];
      for (const key of keys) giveUp(key);
      return keys.length;
    },
  };
}

function mostOf(open: Iterable<UnderWay>): number {
  let sum = 0;
  for (const { atMostUsd = 0 } of open) sum += atMostUsd;
  return sum;
}

function scoringKeyOf(call: CallKey): string {
  return `scoring ${keyOf(call)}`;
}

function keyOf({ id, model, repeat }: CallKey): string {
  return JSON.stringify([id, model, repeat]);
}
