import type { ChatMessage } from "../../../src/contracts/index.ts";

/** What one model did on one request. Fields that are not listed are kept. */
export interface Outcome {
  /** In [0, 1]; 1 is a fully good answer. */
  readonly quality: number;
  readonly answer?: string | undefined;
  /** By name of the check: whether it accepted the answer, or how often it did, in [0, 1]. */
  readonly checks?: Readonly<Record<string, boolean | number>> | undefined;
  /** The model's own confidence as a log-probability; -100 stands for minus infinity. */
  readonly logprobConfidence?: number | undefined;
  /** Absent: not known, never 0. */
  readonly costUsd?: number | undefined;
  readonly inputTokens?: number | undefined;
  readonly outputTokens?: number | undefined;
  /** The part of `inputTokens` that was read from a prompt cache. */
  readonly cachedTokens?: number | undefined;
  readonly latencyMs?: number | undefined;
  /** Why there was no answer; `quality` is then 0. */
  readonly error?: string | undefined;
  /** How many answers `quality` is the mean of. Default 1. */
  readonly repeats?: number | undefined;
}

/** One request with what each model made of it. Fields that are not listed are kept. */
export interface OutcomeRecord {
  /** Unique in its file. */
  readonly id: string;
  /** What the model saw. Either this or `messages`. */
  readonly prompt?: string | undefined;
  readonly messages?: readonly ChatMessage[] | undefined;
  readonly system?: string | undefined;
  /** The prompt without template, choices and examples, where it differs from `prompt`. */
  readonly question?: string | undefined;
  readonly tools?: readonly unknown[] | undefined;
  readonly category?: string | undefined;
  readonly session?: string | undefined;
  readonly tenant?: string | undefined;
  /** Records of one group are resampled together. Default: those that ask the same. */
  readonly group?: string | undefined;
  /** ISO 8601. */
  readonly at?: string | undefined;
  readonly metadata?: Readonly<Record<string, unknown>> | undefined;
  /** By name of the model. A model that is missing was not run on this request. */
  readonly outcomes: Readonly<Record<string, Outcome>>;
}

/** The outcome of a model on a record; absent where the model was not run. */
export function outcomeOf(record: OutcomeRecord, name: string): Outcome | undefined {
  // Own keys only: a model may not be called "constructor" by accident.
  return Object.hasOwn(record.outcomes, name) ? record.outcomes[name] : undefined;
}
