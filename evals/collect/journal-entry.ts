import type { ScoredToolCall } from "../scorers/scorer.ts";
import type { CollectSettings } from "./settings.ts";

/** Key of a call: name of the model, id of the record, and `repeat`, which counts from 0. */
export interface CallKey {
  readonly id: string;
  readonly model: string;
  readonly repeat: number;
}

/** Answer as it is kept. Money in US dollars; absent if not known. */
export interface CallAnswer {
  readonly answer: string;
  readonly toolCalls?: readonly ScoredToolCall[] | undefined;
  readonly finishReason?: string | undefined;
  readonly servedModel?: string | undefined;
  /** Latency of the call that answered, in milliseconds. Absent for a batch. */
  readonly latencyMs?: number | undefined;
  readonly inputTokens?: number | undefined;
  readonly outputTokens?: number | undefined;
  readonly cachedTokens?: number | undefined;
  /** Mean log-probability of the answer's tokens. Absent if the provider sent none. */
  readonly logprobConfidence?: number | undefined;
  /** Cost of such a call outside of batches. */
  readonly costUsd?: number | undefined;
  /** Cost here, if that is less: a batch's price. */
  readonly paidUsd?: number | undefined;
}

/**
 * Line of the journal. `atMostUsd` is the most that a call can have cost as long as its cost is not known, so
 * that `maxCostUsd` also holds after a kill. Absent if there is no price, or no limit on money.
 */
export type JournalEntry =
  | { readonly type: "settings"; readonly formatVersion: 1; readonly settings: CollectSettings }
  | ({ readonly type: "begun"; readonly atMostUsd?: number | undefined } & CallKey)
  | ({ readonly type: "answered"; readonly atMostUsd?: number | undefined } & CallKey & CallAnswer)
  | ({
      readonly type: "failed";
      /** Kind of a provider's failure, or the error's code. */
      readonly error: string;
      /** True if the failure says something about the model: then it is an outcome of quality 0. */
      readonly counts: boolean;
      /** Estimated cost. 0 if the provider does not bill it. */
      readonly costUsd?: number | undefined;
      readonly atMostUsd?: number | undefined;
    } & CallKey)
  /** Begins a score that costs something. `atMostUsd` is absent if its price is not known. */
  | ({ readonly type: "scoring"; readonly atMostUsd?: number | undefined } & CallKey)
  | ({
      readonly type: "scored";
      /** Quality of the answer; `null` if the scorer gave none. */
      readonly quality: number | null;
      readonly reason?: string | undefined;
      /** Metadata of the score. */
      readonly metadata?: Readonly<Record<string, unknown>> | undefined;
      readonly costUsd?: number | undefined;
    } & CallKey)
  | {
      readonly type: "batch-begun";
      readonly key: string;
      readonly model: string;
      /** Milliseconds since the epoch. */
      readonly at: number;
      readonly items: readonly Pick<CallKey, "id" | "repeat">[];
      readonly atMostUsd?: number | undefined;
    }
  | { readonly type: "batch-submitted"; readonly key: string; readonly batch: string }
  /** Ends a batch: its results are in the journal, or it was never submitted. */
  | { readonly type: "batch-ended"; readonly key: string };
