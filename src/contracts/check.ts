import type { Completion } from "./chat.ts";
import type { HopContext } from "./hop.ts";
import type { RequestFacts } from "./request-facts.ts";

/** Judges an answer before the caller sees it; a cascade escalates when it is not accepted. */
export interface Check {
  /** Includes all that the verdict depends on: decisions and outcome files identify a check by its name. */
  readonly name: string;
  /**
   * `"text"` if the check needs only the text of the answer, returns at once and calls no model: replay can
   * then run it on a recorded `answer`. Default: replay needs a recorded verdict, or `recorded`.
   */
  readonly reads?: "text" | undefined;
  // A method, so that a check that ignores `hop` is one (bivariance).
  accepts(request: RequestFacts, answer: Completion, hop: HopContext): boolean | Promise<boolean>;
  /**
   * Gives the verdict that `accepts` would have given, by what an outcome file records of the answer; undefined
   * if the record lacks what the verdict depends on. Replay asks it where no verdict is recorded. It calls no
   * model and depends on nothing else. Default: replay needs a recorded verdict.
   */
  recorded?(request: RequestFacts, record: AnswerRecord): RecordedVerdict | undefined;
}

/** Fields of one answer that an outcome file records. */
export interface RecordedAnswer {
  readonly answer?: string | undefined;
  /** Mean log-probability of its tokens, natural logarithm, at most 0; -100 means minus infinity. */
  readonly logprobConfidence?: number | undefined;
  readonly outputTokens?: number | undefined;
}

/** A recorded answer, as `Check.recorded` sees it. */
export interface AnswerRecord {
  readonly answer: RecordedAnswer;
  /** Returns what is recorded of another model on the same request, by its name; undefined if nothing is. */
  other(name: string): RecordedAnswer | undefined;
  /** False if the router knows the model and does not permit it for this request. */
  permits(name: string): boolean;
  /** Returns the verdict of another check on this answer, for a check that consists of others. */
  verdictOf(check: Check): RecordedVerdict | undefined;
}

/** Verdict on a recorded answer. */
export interface RecordedVerdict {
  /** True, false, or the share of answers that were accepted, in [0, 1]. */
  readonly accepted: boolean | number;
  /** Names of the models that the check would have called, once each: replay adds what they cost. */
  readonly called?: readonly string[] | undefined;
}
