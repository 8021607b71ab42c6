import { errorType } from "../../src/contracts/errors/index.ts";
import { InvalidOptionError, isRouterError } from "../../src/contracts/index.ts";
import { dropPromises } from "../../src/plugin/index.ts";
import { asJson } from "./internal/as-json.ts";
import type { AnyScorer, Score, ScorerArgs } from "./scorer.ts";

/** Name of a scorer in scores and files. */
export function scorerName(scorer: AnyScorer): string {
  return scorer.name === "" ? "scorer" : scorer.name;
}

/**
 * Calls any scorer and converts its result to a `Score` whose number is in [0, 1] or `null` and whose
 * metadata is JSON. A scorer that throws has not scored: `null`, with the error's type in `metadata.reason`;
 * the error's text, which may quote the prompt, only if the error is one of this package. Rejects with errors
 * that the caller must fix (`InvalidOptionError`, `MissingDependencyError`), and with the signal's reason
 * after an abort.
 */
export async function scoreWith(scorer: AnyScorer, args: ScorerArgs): Promise<Score> {
  const ask = typeof scorer === "function" ? scorer : scorer?.score?.bind(scorer);
  if (typeof ask !== "function")
    throw new InvalidOptionError("scorer", scorer, "a function or an object with name and score()");
  const name = scorerName(scorer);
  args.signal?.throwIfAborted();
  let answer: unknown;
  try {
    answer = await ask(args);
  } catch (error) {
    args.signal?.throwIfAborted();
    if (isRouterError(error, "invalid-option") || isRouterError(error, "missing-dependency")) throw error;
    return { name, score: null, metadata: { reason: `the scorer threw ${describe(error)}` } };
  }
  return asScore(name, answer);
}

/** Describes an error without foreign text: messages of this package hold no prompt text, others may. */
function describe(error: unknown): string {
  if (isRouterError(error)) return `${error.name}: ${error.message}`;
  return `an error of type ${errorType(error)}`;
}

function asScore(name: string, answer: unknown): Score {
  if (typeof answer !== "object" || answer === null) return withNumber(name, answer, undefined);
  const { name: own, score, metadata } = answer as Partial<Score>;
  return withNumber(typeof own === "string" && own !== "" ? own : name, score, asJson(metadata));
}

function withNumber(name: string, value: unknown, metadata: Score["metadata"]): Score {
  if (value === null || (typeof value === "number" && value >= 0 && value <= 1))
    return metadata === undefined ? { name, score: value } : { name, score: value, metadata };
  dropPromises(value);
  const shown = typeof value === "number" ? String(value) : typeof value;
  const reason = `the scorer returned ${shown}, which is neither null nor a number in [0, 1]`;
  return { name, score: null, metadata: { ...metadata, reason } };
}
