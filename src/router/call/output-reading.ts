import type { OutputProblem } from "../../contracts/errors/index.ts";
import type { Check, Completion, OutputIssue } from "../../contracts/index.ts";

/** An answer as the schema of its request sees it. */
export type OutputRead =
  /** `value` is absent if the answer calls tools: it is not the last one. */
  | { readonly accepted: true; readonly value: unknown }
  | {
      readonly accepted: false;
      readonly problem: OutputProblem;
      /** Places as the schema named them, for the model whose answer it was. */
      readonly issues: readonly OutputIssue[];
      readonly text: string;
    };

/** Schema of one request with `output`, and how its answers were read. */
export interface OutputReading {
  readonly repair: boolean;
  /** Validates an answer, and remembers what it read until `keep`. */
  readonly check: Check;
  /** Keeps what `check` has read last as that of an answer. */
  keep(answer: Completion): OutputRead;
  /** Returns what was read of an answer. */
  readOf(answer: Completion): OutputRead;
}
