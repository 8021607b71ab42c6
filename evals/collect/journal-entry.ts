import type { ScoredToolCall } from "../scorers/scorer.ts";
import type { CollectSettings } from "./settings.ts";

/** A call: a model, by name, on a record, by id; `repeat` counts from 0. */
export interface CallKey {
  readonly id: string;
  readonly model: string;
  readonly repeat: number;
}

/** An answer as it is kept. Money in US dollars; what is not known is absent. */
export interface CallAnswer {
  readonly answer: string;
  readonly toolCalls?: readonly ScoredToolCall[] | undefined;
  readonly finishReason?: string | undefined;
  readonly servedModel?: string | undefined;
  /** Of the call that answered, in milliseconds. Absent: it came out of a batch. */
  readonly latencyMs?: number | undefined;
  readonly inputTokens?: number | undefined;
  readonly outputTokens?: number | undefined;
  readonly cachedTokens?: number | undefined;
  /** What such a call costs live. */
  readonly costUsd?: number | undefined;
  /** What it has cost here, where that is less: a batch's price. */
  readonly paidUsd?: number | undefined;
}

/**
 * A line of the journal. `atMostUsd` is what a call can have cost where it is not known what it has: by
 * it `maxCostUsd` holds over a kill. Absent: no price is known, or none was asked for.
 */
export type JournalEntry =
  | { readonly type: "settings"; readonly formatVersion: 1; readonly settings: CollectSettings }
  | ({ readonly type: "begun"; readonly atMostUsd?: number | undefined } & CallKey)
  | ({ readonly type: "answered"; readonly atMostUsd?: number | undefined } & CallKey & CallAnswer)
  | ({
      readonly type: "failed";
      /** Kind of a provider's failure, or the error's code. */
      readonly error: string;
      /** Whether it says something about the model: then it counts as an outcome, of quality 0. */
      readonly counts: boolean;
      /** 0: the provider does not bill it. */
      readonly costUsd?: number | undefined;
      readonly atMostUsd?: number | undefined;
    } & CallKey)
  /** A scorer that costs something is asked. `atMostUsd` is absent where its price is not known. */
  | ({ readonly type: "scoring"; readonly atMostUsd?: number | undefined } & CallKey)
  | ({
      readonly type: "scored";
      /** `null`: the scorer gave none. */
      readonly quality: number | null;
      readonly reason?: string | undefined;
      /** What else the scorer says. */
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
  /** Its results are in the journal, or it never was. */
  | { readonly type: "batch-ended"; readonly key: string };
