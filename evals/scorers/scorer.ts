import type { ChatMessage } from "../../src/contracts/index.ts";

/** A call of a tool: `{ name, arguments }`, or as OpenAI chat completions write it. */
export type ScoredToolCall =
  | { readonly name: string; readonly arguments?: unknown }
  | { readonly function: { readonly name: string; readonly arguments?: unknown } };

/** One answer and what it is measured against. Fields beyond these reach the scorer as they are. */
export interface ScorerArgs {
  /** Text of the answer; "" where it holds tool calls alone. */
  readonly output: string;
  /** What was asked: the prompt, or the text of the last user message. */
  readonly input?: string | undefined;
  /** The data set's `expected`: JSON. */
  readonly expected?: unknown;
  /** The whole conversation that was asked, where there was more than `input`. */
  readonly messages?: readonly ChatMessage[] | undefined;
  /** What the answer called, in its order. */
  readonly toolCalls?: readonly ScoredToolCall[] | undefined;
  /** The answer of another model to the same request, for scorers that compare two. */
  readonly baseline?: string | undefined;
  /** Of the record. */
  readonly id?: string | undefined;
  /** Name of the model that answered. No judge is shown it. */
  readonly model?: string | undefined;
  readonly category?: string | undefined;
  readonly metadata?: Readonly<Record<string, unknown>> | undefined;
  /** Aborts what the scorer calls. */
  readonly signal?: AbortSignal | undefined;
}

/** What a scorer says of an answer. In the shape of autoevals. */
export interface Score {
  readonly name: string;
  /** In [0, 1]; 1 is a fully good answer. `null`: not scored; the record is left out, and never counts as 0. */
  readonly score: number | null;
  /**
   * JSON. Scorers of this package write: `reason`, why it is not 1; `costUsd` and `usage` (`inputTokens`,
   * `outputTokens`), what scoring has cost; other keys are each scorer's own.
   */
  readonly metadata?: Readonly<Record<string, unknown>> | undefined;
}

/** What a function that scores may return: a whole score, or its number alone. */
export type ScoreResult = Score | number | null;

/**
 * Measures an answer. One that throws, or returns anything but a number in [0, 1] or `null`, has not
 * scored it.
 */
export interface Scorer {
  readonly name: string;
  // A method: a scorer that wants less (`{ output, expected?: string }`) or more (`{ input: string }`) is
  // one, too (bivariance). So those of autoevals fit.
  score(args: ScorerArgs): ScoreResult | Promise<ScoreResult>;
  /** Tells apart what scores otherwise under the same name: the judge and its rubric, say. */
  readonly version?: string | undefined;
  /**
   * The most that scoring an answer can cost, in US dollars, for `maxCostUsd`; `undefined` where a price is not
   * known. Leave it out where scoring costs nothing.
   */
  mostCostUsd?(args: ScorerArgs): number | undefined;
  /**
   * Why no answer to a record could be scored: it has no `expected`, say; `undefined` where one could. `eval collect`
   * asks it before it pays for an answer. Leave it out where only an answer tells.
   */
  gapIn?(args: Omit<ScorerArgs, "output">): string | undefined | Promise<string | undefined>;
}

/** A scorer as a function; its `name` is the function's. */
export type ScorerFunction = Scorer["score"];

/** Whatever scores: an object of this package or your own, a function, a scorer of autoevals. */
export type AnyScorer = Scorer | ScorerFunction;
