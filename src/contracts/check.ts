import type { Completion } from "./chat.ts";
import type { HopContext } from "./hop.ts";
import type { RequestFacts } from "./request-facts.ts";

/** Judges an answer before the caller sees it; a cascade escalates when it is not accepted. */
export interface Check {
  /** Holds what the verdict depends on: decisions and outcome files know a check by its name. */
  readonly name: string;
  /**
   * `"text"`: it answers at once, calls nobody, and the text of an answer tells it enough, so that replay
   * can run it on a recorded `answer`. Default: replay needs its recorded verdict.
   */
  readonly reads?: "text" | undefined;
  // A method, so that a check that ignores `hop` is one (bivariance).
  accepts(request: RequestFacts, answer: Completion, hop: HopContext): boolean | Promise<boolean>;
}
