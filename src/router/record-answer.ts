import type { Attempt, CheckVerdict, Hop } from "../contracts/index.ts";
import type { RouterParts } from "./parts.ts";
import type { Run } from "./run.ts";

/** Hops whose call answers the request itself. */
const answers: ReadonlySet<Hop> = new Set(["answer", "retry", "fallback", "cascade", "hedge"]);

/** Records in the session which model has answered, and what its provider now has in its cache. */
export function recordAnswer<Id extends string>(parts: RouterParts<Id>, run: Run<Id>, session: string): void {
  const given = answeringAttempt(run.attempts);
  if (given === undefined) return;
  const answer = { model: given.model, usage: given.usage, at: parts.ports.clock.wall() };
  parts.recordSession(run.facts.tenant, session, answer);
}

/** Returns the verdict on the final answer if a check did not accept it and no other model was left. */
export function degradedVerdict(attempts: readonly Attempt[]): CheckVerdict | undefined {
  const check = answeringAttempt(attempts)?.check;
  return check?.accepted === false ? check : undefined;
}

/** Returns the attempt whose answer the caller received, or undefined if there was none. */
export function answeringAttempt(attempts: readonly Attempt[]): Attempt | undefined {
  return attempts.findLast(({ error, hop }) => error === undefined && answers.has(hop));
}
