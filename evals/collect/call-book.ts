import type { CallAnswer, CallKey, JournalEntry } from "./journal-entry.ts";

/** A batch of which the journal knows no end. */
export interface OpenBatch {
  readonly key: string;
  readonly model: string;
  readonly at: number;
  readonly items: readonly Pick<CallKey, "id" | "repeat">[];
  /** The provider's id. Absent: it is not known whether it was submitted. */
  readonly batch?: string | undefined;
}

/** What is known of a call. */
export interface CallState {
  readonly answer?: CallAnswer | undefined;
  /** Why there is no answer, where that says something about the model. */
  readonly failure?: string | undefined;
  /** Absent: not scored yet, or the scorer had none. */
  readonly quality?: number | undefined;
  /** Why the scorer gave no score. */
  readonly unscored?: string | undefined;
  /** What the scorer says beside its score. */
  readonly scoring?: Readonly<Record<string, unknown>> | undefined;
}

/** The journal's entries added up: what is done, and what it has cost. */
export interface CallBook {
  apply(entry: JournalEntry): void;
  stateOf(call: CallKey): CallState;
  /** Nothing more is to be done for it. */
  isFinished(call: CallKey): boolean;
  openBatches(): readonly OpenBatch[];
  /** US dollars that are known to have been spent, judges included. */
  readonly paidUsd: number;
  /** Of them, by the scorer. */
  readonly scoringUsd: number;
  /** Answers and scores of which the cost is not known. */
  readonly unpriced: number;
  /** Calls that have ended of which not even the most is known that they can have cost. */
  readonly unbounded: number;
  /** The most that can have been spent, calls under way included. */
  readonly committedUsd: number;
  /** Calls under way. */
  readonly underWay: number;
  /**
   * Calls that seem to be under way were cut off with the process that made them; they may have been
   * paid for. Returns how many there are.
   */
  giveUpUnderWay(): number;
}

type Writable<T> = { -readonly [Key in keyof T]: T[Key] };

export function createCallBook(): CallBook {
  const states = new Map<string, Writable<CallState>>();
  /** The most that calls under way can cost. */
  const begun = new Map<string, number | undefined>();
  const batches = new Map<string, Writable<OpenBatch> & { readonly atMostUsd: number }>();
  let scorer: string | undefined;
  let paidUsd = 0;
  let scoringUsd = 0;
  let unpriced = 0;
  let unbounded = 0;
  /** Of calls that have ended, or that a kill has cut off. */
  let endedUsd = 0;
  let begunUsd = 0;
  let batchUsd = 0;

  const stateFor = (call: CallKey): Writable<CallState> => {
    const key = keyOf(call);
    let state = states.get(key);
    if (state === undefined) {
      state = {};
      states.set(key, state);
    }
    return state;
  };
  const end = (key: string): void => {
    begunUsd -= begun.get(key) ?? 0;
    begun.delete(key);
    // Differences of sums drift.
    if (begun.size === 0) begunUsd = 0;
  };
  const begin = (key: string, atMostUsd: number | undefined): void => {
    // A kill has cut the earlier one off: it may have been paid for.
    if (begun.has(key)) pay(undefined, begun.get(key));
    end(key);
    begun.set(key, atMostUsd);
    begunUsd += atMostUsd ?? 0;
  };
  const pay = (usd: number | undefined, atMostUsd: number | undefined): void => {
    paidUsd += usd ?? 0;
    endedUsd += usd ?? atMostUsd ?? 0;
    if (usd === undefined && atMostUsd === undefined) unbounded += 1;
  };

  return {
    apply(entry) {
      switch (entry.type) {
        case "settings": {
          // Another scorer: its scores are not mixed with those of the one before.
          if (scorer !== undefined && scorer !== entry.settings.scorer)
            for (const state of states.values()) {
              delete state.quality;
              delete state.unscored;
              delete state.scoring;
            }
          scorer = entry.settings.scorer;
          return;
        }
        case "begun":
          begin(keyOf(entry), entry.atMostUsd);
          return;
        case "answered": {
          const { type: _, id, model, repeat, atMostUsd, ...answer } = entry;
          end(keyOf(entry));
          const usd = answer.paidUsd ?? answer.costUsd;
          if (usd === undefined) unpriced += 1;
          pay(usd, atMostUsd);
          stateFor({ id, model, repeat }).answer = answer;
          return;
        }
        case "failed":
          end(keyOf(entry));
          pay(entry.costUsd, entry.atMostUsd);
          // An estimate: it may have been more.
          if (entry.costUsd) endedUsd += Math.max(0, (entry.atMostUsd ?? 0) - entry.costUsd);
          if (entry.counts) stateFor(entry).failure = entry.error;
          return;
        case "scoring":
          begin(scoringKeyOf(entry), entry.atMostUsd);
          return;
        case "scored": {
          const key = scoringKeyOf(entry);
          // Without a word about money, before or after, it has cost nothing.
          const costUsd = entry.costUsd ?? (begun.has(key) && begun.get(key) !== 0 ? undefined : 0);
          if (costUsd === undefined) unpriced += 1;
          pay(costUsd, begun.get(key));
          scoringUsd += costUsd ?? 0;
          end(key);
          const state = stateFor(entry);
          state.quality = entry.quality ?? undefined;
          state.unscored = entry.reason;
          state.scoring = entry.metadata;
          return;
        }
        case "batch-begun": {
          const { type: _, atMostUsd = 0, ...batch } = entry;
          batches.set(entry.key, { ...batch, atMostUsd });
          batchUsd += atMostUsd;
          return;
        }
        case "batch-submitted": {
          const batch = batches.get(entry.key);
          if (batch !== undefined) batch.batch = entry.batch;
          return;
        }
        case "batch-ended":
          batchUsd -= batches.get(entry.key)?.atMostUsd ?? 0;
          batches.delete(entry.key);
          if (batches.size === 0) batchUsd = 0;
      }
    },
    stateOf: (call) => states.get(keyOf(call)) ?? {},
    isFinished(call) {
      const { failure, quality } = states.get(keyOf(call)) ?? {};
      return failure !== undefined || quality !== undefined;
    },
    openBatches: () => [...batches.values()],
    get paidUsd() {
      return paidUsd;
    },
    get scoringUsd() {
      return scoringUsd;
    },
    get unpriced() {
      return unpriced;
    },
    get unbounded() {
      return unbounded;
    },
    get committedUsd() {
      return endedUsd + begunUsd + batchUsd;
    },
    get underWay() {
      return begun.size;
    },
    giveUpUnderWay() {
      const count = begun.size;
      for (const atMostUsd of begun.values()) pay(undefined, atMostUsd);
      begunUsd = 0;
      begun.clear();
      return count;
    },
  };
}

function scoringKeyOf(call: CallKey): string {
  return `scoring ${keyOf(call)}`;
}

function keyOf({ id, model, repeat }: CallKey): string {
  return JSON.stringify([id, model, repeat]);
}
