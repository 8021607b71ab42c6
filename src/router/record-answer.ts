import type { Attempt, CheckVerdict, Hop } from "../contracts/index.ts";
import type { RouterParts } from "./parts.ts";
import type { Run } from "./run.ts";

/** Hops whose call answers the request itself. */
const answers: ReadonlySet<Hop> = new Set(["answer", "retry", "fallback", "cascade", "hedge"]);

/** Tells the session which model has answered, and what its provider now holds of the conversation. */
export function recordAnswer<Id extends string>(parts: RouterParts<Id>, run: Run<Id>, session: string): void {
  const given = answeringAttempt(run.attempts);
  if (given === undefined) return;
  const answer = { model: given.model, usage: given.usage, at: parts.ports.clock.wall() };
  parts.recordSession(run.facts.tenant, session, answer);
}

/** The verdict on the answer that stands, where no check accepted it and nobody was left to ask. */
export function degradedVerdict(attempts: readonly Attempt[]): CheckVerdict | undefined {
  const check = answeringAttempt(attempts)?.check;
  return check?.accepted === false ? check : undefined;
}

/** The call whose answer the caller got; absent where none was given. */
export function answeringAttempt(attempts: readonly Attempt[]): Attempt | undefined {
  return attempts.findLast(({ error, hop }) => error === undefined && answers.has(hop));
}
