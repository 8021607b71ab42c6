import type { ChatMessage } from "../../src/contracts/index.ts";

/** Tool call: `{ name, arguments }`, or in the form of OpenAI chat completions. */
export type ScoredToolCall =
  | { readonly name: string; readonly arguments?: unknown }
  | { readonly function: { readonly name: string; readonly arguments?: unknown } };

/** Answer with its references. Additional fields reach the scorer unchanged. */
export interface ScorerArgs {
  /** Text of the answer; "" if it holds only tool calls. */
  readonly output: string;
  /** Request: the prompt, or the text of the last user message. */
  readonly input?: string | undefined;
  /** `expected` of the data set: JSON. */
  readonly expected?: unknown;
  /** Whole conversation, if there was more than `input`. */
  readonly messages?: readonly ChatMessage[] | undefined;
  /** Tool calls of the answer, in its order. */
  readonly toolCalls?: readonly ScoredToolCall[] | undefined;
  /** Answer of another model to the same request, for scorers that compare two. */
  readonly baseline?: string | undefined;
  /** Id of the record. */
  readonly id?: string | undefined;
  /** Name of the model that answered. Judges are not shown it. */
  readonly model?: string | undefined;
  readonly category?: string | undefined;
  readonly metadata?: Readonly<Record<string, unknown>> | undefined;
  /** Signal that aborts calls of the scorer. */
  readonly signal?: AbortSignal | undefined;
}

/** Result of a scorer, in the shape of autoevals. */
export interface Score {
  readonly name: string;
  /**
   * Score in [0, 1]; 1 is a fully good answer. `null` if the answer was not scored: the record is left out,
   * and never counts as 0.
   */
  readonly score: number | null;
  /**
   * Details as JSON. Scorers of this package write `reason`, why the score is below 1, and `costUsd` and
   * `usage` (`inputTokens`, `outputTokens`), the cost of scoring; other keys are specific to each scorer.
   */
  readonly metadata?: Readonly<Record<string, unknown>> | undefined;
}

/** Result of a scoring function: a whole score, or only its number. */
export type ScoreResult = Score | number | null;

/**
 * Measures an answer. A scorer that throws, or returns anything but a number in [0, 1] or `null`, has not
 * scored it.
 */
export interface Scorer {
  readonly name: string;
  // A method: by bivariance a scorer may want less (`{ output, expected?: string }`) or more (`{ input:
  // string }`), as those of autoevals do.
  score(args: ScorerArgs): ScoreResult | Promise<ScoreResult>;
  /**
   * Version that distinguishes different scoring under the same name, for instance the judge and its rubric.
   */
  readonly version?: string | undefined;
  /**
   * The most that scoring an answer can cost, in US dollars, for `maxCostUsd`; `undefined` if a price is not
   * known. Leave it out if scoring costs nothing.
   */
  mostCostUsd?(args: ScorerArgs): number | undefined;
  /**
   * Reason why no answer to a record could be scored, for instance that it has no `expected`; `undefined` if
   * one could. `eval collect` calls it before it pays for an answer. Leave it out if only an answer can show
   * it.
   */
  gapIn?(args: Omit<ScorerArgs, "output">): string | undefined | Promise<string | undefined>;
}

/** Scorer as a function; its `name` is the function's. */
export type ScorerFunction = Scorer["score"];

/** Any scorer: an object of this package or your own, a function, a scorer of autoevals. */
export type AnyScorer = Scorer | ScorerFunction;
