import type { Attempt, Hop } from "../contracts/index.ts";

/** Hops whose call, or answer of an earlier call, answers the request itself. */
const answers: ReadonlySet<Hop> = new Set([
  "answer",
  "retry",
  "fallback",
  "cascade",
  "hedge",
  "cache",
  "repair",
]);

/** Finds the call whose answer the caller got; undefined if there was no answer. */
export function answeringAttempt(attempts: readonly Attempt[]): Attempt | undefined {
  return attempts.findLast(({ error, hop }) => error === undefined && answers.has(hop));
}
