import type { Attempt } from "../decision.ts";
import type { Hop } from "../hop.ts";
import type { Call } from "./call.ts";

/** Receives each step of a router's calls. Never throws. */
export interface Observer {
  started(call: Call): void;
  /** Reports that a model was skipped although it was next. */
  skipped(requestId: string, model: string, hop: Hop, reason: string): void;
  /** Reports a call that has ended, before the next step is chosen: what is learnt here counts for it. */
  learnt(call: Call, attempt: Attempt): void;
  /** Reports a call that has ended, once the next step is known. */
  ended(call: Call, attempt: Attempt): void;
}
