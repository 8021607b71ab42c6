import type { Completion } from "./chat.ts";
import type { HopContext } from "./hop.ts";
import type { RequestFacts } from "./request-facts.ts";

/** Judges an answer before the caller sees it; a cascade escalates when it is not accepted. */
export interface Check {
  readonly name: string;
  // A method, so that a check that ignores `hop` is one (bivariance).
  accepts(request: RequestFacts, answer: Completion, hop: HopContext): boolean | Promise<boolean>;
}
