import type { ChatRequest, Completion, FollowUp, Model, RecordedFacts } from "../../contracts/index.ts";

/** Two answers to one request. Frozen. */
export interface AuditedAnswers {
  /** The request as it was sent, without routing fields. */
  readonly request: ChatRequest;
  readonly facts: RecordedFacts;
  readonly answer: Completion;
  /** Answer of the reference model. */
  readonly reference: Completion;
}

/** Quality of both answers, in [0, 1]; 1 is a fully good answer. */
export interface AuditScore {
  readonly quality: number;
  readonly referenceQuality: number;
}

/** The way of a scorer to models: constraints of the request and the budget of the audit apply to each call. */
export type ScoringHop = Pick<FollowUp, "signal" | "now" | "generate" | "permits">;

/**
 * Measures two answers to one request by the same rule. Undefined, a rejection, and anything that is not two numbers in
 * [0, 1] mean that there is no verdict: the record is left out, and never counts as 0.
 */
export interface AuditScorer {
  /** Name in records: at most 100 characters. */
  readonly name: string;
  /** Models that it asks. Their prices must be known, and nothing is paid for a request that may not reach them. */
  readonly models?: readonly Model[] | undefined;
  /**
   * Returns false for a request to which it cannot judge answers, for instance one with a picture that it does not see:
   * nothing is paid for it then, and it counts as `failed`. Default: all.
   */
  accepts?(request: ChatRequest): boolean;
  // A method, so that a scorer that ignores `hop` is one (bivariance).
  score(answers: AuditedAnswers, hop: ScoringHop): AuditScore | undefined | Promise<AuditScore | undefined>;
  /** Returns what is known of the scorer's own error, as numbers. */
  errors?(): Readonly<Record<string, number>>;
}
