import type { ChatMessage, StepKind } from "../../../src/contracts/index.ts";

/** Result of one model on one request. Fields that are not listed are kept. */
export interface Outcome {
  /** Quality in [0, 1]; 1 is a fully good answer. */
  readonly quality: number;
  readonly answer?: string | undefined;
  /**
   * Verdicts by name of the check: true if it accepted the answer, or the share of answers it accepted, in
   * [0, 1].
   */
  readonly checks?: Readonly<Record<string, boolean | number>> | undefined;
  /** The model's own confidence as a log-probability; -100 means minus infinity. */
  readonly logprobConfidence?: number | undefined;
  /** Cost in US dollars. Absent if it is not known, never 0. */
  readonly costUsd?: number | undefined;
  readonly inputTokens?: number | undefined;
  readonly outputTokens?: number | undefined;
  /** Part of `inputTokens` that was read from a prompt cache. */
  readonly cachedTokens?: number | undefined;
  readonly latencyMs?: number | undefined;
  /** Reason why there is no answer; `quality` is then 0. */
  readonly error?: string | undefined;
  /** Number of answers whose mean is `quality`. Default 1. */
  readonly repeats?: number | undefined;
}

/** Request with the outcomes of the models. Fields that are not listed are kept. */
export interface OutcomeRecord {
  /** Id, unique in the file. */
  readonly id: string;
  /** Prompt that the model saw. Either this or `messages`. */
  readonly prompt?: string | undefined;
  readonly messages?: readonly ChatMessage[] | undefined;
  readonly system?: string | undefined;
  /** Prompt without template, choices and examples, if it differs from `prompt`. */
  readonly question?: string | undefined;
  readonly tools?: readonly unknown[] | undefined;
  readonly category?: string | undefined;
  readonly session?: string | undefined;
  readonly tenant?: string | undefined;
  /** Place of the request in its conversation, where its messages do not show it. */
  readonly step?: StepKind | undefined;
  /** Group of records that are resampled together. Default: those with the same question. */
  readonly group?: string | undefined;
  /** Time in ISO 8601. */
  readonly at?: string | undefined;
  readonly metadata?: Readonly<Record<string, unknown>> | undefined;
  /** Outcomes by name of the model. A missing model was not run on this request. */
  readonly outcomes: Readonly<Record<string, Outcome>>;
  /** Reasons by name of the model why it has no outcome, as `eval collect` found them: `timeout` … */
  readonly missing?: Readonly<Record<string, string>> | undefined;
}

/** Reason in `missing`: the router's constraints forbid the model, so that no policy could take it. */
export const NOT_PERMITTED = "not-permitted";

/** Returns the outcome of a model on a record; undefined if the model was not run. */
export function outcomeOf(record: OutcomeRecord, name: string): Outcome | undefined {
  // Own keys only: a model may not be called "constructor" by accident.
  return Object.hasOwn(record.outcomes, name) ? record.outcomes[name] : undefined;
}
