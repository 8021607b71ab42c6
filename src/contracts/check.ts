import type { Completion } from "./chat.ts";
import type { HopContext } from "./hop.ts";
import type { RequestFacts } from "./request-facts.ts";

/** Judges an answer before the caller sees it; a cascade escalates when it is not accepted. */
export interface Check {
  /** Includes all that the verdict depends on: decisions and outcome files identify a check by its name. */
  readonly name: string;
  /**
   * `"text"` if the check needs only the text of the answer, returns at once and calls no model: replay can
   * then run it on a recorded `answer`. Default: replay needs a recorded verdict.
   */
  readonly reads?: "text" | undefined;
  // A method, so that a check that ignores `hop` is one (bivariance).
  accepts(request: RequestFacts, answer: Completion, hop: HopContext): boolean | Promise<boolean>;
}
