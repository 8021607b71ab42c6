import type { Attempt, CheckVerdict, Decision, RecordedError } from "./decision.ts";
import type { Hop } from "./hop.ts";
import type { Usage } from "./usage.ts";

/** Returns the text of a finished request. A function, so that no serialiser meets the text by chance. */
export type ReadText = () => { readonly ask: string; readonly window: string };

/** A log lost decisions. Emitted at the first, then at most once a minute. */
export interface DecisionsLost {
  readonly type: "decisions-lost";
  readonly file: string;
  /** Number of decisions that the log has lost so far. */
  readonly lost: number;
  readonly reason: "queue-full" | "write-failed" | "not-json" | "closed";
}

/** The store of shared state does not answer, or gives answers that cannot be read. Emitted once until it is back. */
export interface StoreFailed {
  readonly type: "store-failed";
  readonly store: string;
  readonly error: RecordedError;
  /** Rule for requests that the leases of this process do not cover. */
  readonly down: "open" | "closed";
}

/** The store answers again, or was restarted without having been missed. This process has told it what it holds. */
export interface StoreRecovered {
  readonly type: "store-recovered";
  readonly store: string;
  /** Time without it in milliseconds. */
  readonly downMs: number;
  /** True if the store was restarted meanwhile, so that data may be lost. */
  readonly restarted: boolean;
  /** Number of reservations of this process that the store no longer knew, and their sum in the smallest unit. */
  readonly reservedAgain: number;
  readonly amountAgain: number;
  /** Number of reservations of which the store was told nothing, since too many waited: it counts them as spent. */
  readonly forgotten: number;
}

/**
 * Event that a router passes to `onEvent`. Emitted synchronously; a listener that throws or rejects is
 * ignored.
 */
export type RouterEvent<Id extends string = string> =
  | { readonly type: "decision-made"; readonly decision: Decision<Id> }
  | { readonly type: "classifier-failed"; readonly decisionId: string; readonly error: RecordedError }
  /** The training of the classifier found something that speaks against it. Emitted once, when a router is made. */
  | {
      readonly type: "classifier-not-recommended";
      readonly classifier: { readonly name: string; readonly version: string };
      readonly reason: string;
    }
  | {
      readonly type: "attempt-started";
      readonly decisionId: string;
      readonly model: Id | string;
      readonly hop: Hop;
    }
  /**
   * The next model was passed over: a constraint now forbids it, its breaker is open, it asked for a pause,
   * or a limit is reached.
   */
  | {
      readonly type: "attempt-skipped";
      readonly decisionId: string;
      readonly model: Id | string;
      readonly hop: Hop;
      readonly reason: string;
    }
  | { readonly type: "attempt-ended"; readonly decisionId: string; readonly attempt: Attempt<Id> }
  | {
      readonly type: "request-completed";
      readonly decision: Decision<Id>;
      readonly attempts: readonly Attempt<Id>[];
      readonly usage: Usage;
      readonly costUsd?: number | undefined;
      readonly latencyMs: number;
      /** Verdict on the answer, as in the result. */
      readonly degraded?: CheckVerdict | undefined;
      readonly readText: ReadText;
    }
  /** A caller received the answer of an equal request that was already under way. No call was made for it. */
  | {
      readonly type: "request-coalesced";
      readonly decision: Decision<Id>;
      readonly latencyMs: number;
    }
  | DecisionsLost
  | StoreFailed
  | StoreRecovered
  | {
      readonly type: "request-failed";
      /** Decision for the request. Absent if it failed before a decision was made. */
      readonly decision?: Decision<Id> | undefined;
      readonly attempts: readonly Attempt<Id>[];
      readonly error: RecordedError;
      readonly latencyMs: number;
      readonly readText: ReadText;
    };

/**
 * Listener of a router. If it has a `close`, the router's `close()` awaits it; if it has an `attach`, it gets a
 * function that reports to the router's listeners.
 */
export interface EventSink<Id extends string = string> {
  (event: RouterEvent<Id>): void;
  attach?(emit: (event: DecisionsLost) => void): void;
  close?(): Promise<void>;
}
