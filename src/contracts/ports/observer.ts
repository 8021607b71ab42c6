import type { Attempt } from "../decision.ts";
import type { Hop } from "../hop.ts";
import type { Call } from "./call.ts";

/** Hears of each call of a router. Never throws. */
export interface Observer {
  started(call: Call): void;
  /** A model whose turn it was is passed over. */
  skipped(requestId: string, model: string, hop: Hop, reason: string): void;
  /** A call has ended, and what follows is not settled yet: what is learnt here holds for the next call. */
  learnt(call: Call, attempt: Attempt): void;
  /** A call has ended, and what follows is known. */
  ended(call: Call, attempt: Attempt): void;
}
