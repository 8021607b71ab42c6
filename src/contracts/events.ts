import type { Attempt, CheckVerdict, Decision, RecordedError } from "./decision.ts";
import type { Hop } from "./hop.ts";
import type { Usage } from "./usage.ts";

/** What a finished request was about; a function, so that no serialiser meets the text by chance. */
export type ReadText = () => { readonly ask: string; readonly window: string };

/** What a router tells `onEvent`. Emitted synchronously; a listener that throws, or rejects, is ignored. */
export type RouterEvent<Id extends string = string> =
  | { readonly type: "decision-made"; readonly decision: Decision<Id> }
  | { readonly type: "classifier-failed"; readonly decisionId: string; readonly error: RecordedError }
  | {
      readonly type: "attempt-started";
      readonly decisionId: string;
      readonly model: Id | string;
      readonly hop: Hop;
    }
  /** A model that was due was passed over: a constraint has come to forbid it, its breaker is open, it asked for a pause, or a limit is reached. */
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
      /** As in the result. */
      readonly degraded?: CheckVerdict | undefined;
      readonly readText: ReadText;
    }
  /** A caller was given the answer of the same request, which was under way already. No call was made for it. */
  | {
      readonly type: "request-coalesced";
      readonly decision: Decision<Id>;
      readonly latencyMs: number;
    }
  | {
      readonly type: "request-failed";
      /** Absent when the request failed before a decision was made. */
      readonly decision?: Decision<Id> | undefined;
      readonly attempts: readonly Attempt<Id>[];
      readonly error: RecordedError;
      readonly latencyMs: number;
      readonly readText: ReadText;
    };

/** A listener. Its `close`, where it has one, is awaited by the router's `close()`. */
export interface EventSink<Id extends string = string> {
  (event: RouterEvent<Id>): void;
  close?(): Promise<void>;
}
