import type { Outcome, OutcomeRecord } from "../../../evals/index.ts";
import type { Classifier, OutcomeFormatError } from "../../../src/contracts/index.ts";
import { isRouterError } from "../../../src/contracts/index.ts";

/** Creates a record whose prompt is its id, unless another is given. */
export function recordOf(
  id: string,
  outcomes: Readonly<Record<string, Outcome>>,
  rest: Partial<OutcomeRecord> = {},
): OutcomeRecord {
  return { id, prompt: id, outcomes, ...rest };
}

/** A classifier that reads the complexity from the prompt: "0.7 whatever" is 0.7. */
export const stated: Classifier = {
  name: "stated",
  version: "1",
  classify: ({ ask }) => ({ complexity: Number.parseFloat(ask) }),
};

export async function* streamOf<T>(values: readonly T[]): AsyncGenerator<T, void, void> {
  yield* values;
}

export async function collect<T>(values: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const value of values) all.push(value);
  return all;
}

/** Returns the `OutcomeFormatError` that a promise rejects with. */
export async function formatErrorOf(promise: Promise<unknown>): Promise<OutcomeFormatError> {
  const error: unknown = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!isRouterError(error, "outcome-format"))
    throw new Error(`expected an OutcomeFormatError, got ${error}`);
  return error;
}
