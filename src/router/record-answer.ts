import type { Attempt, CheckVerdict } from "../contracts/index.ts";
import { answeringAttempt } from "../plugin/answering-attempt.ts";
import type { RouterParts } from "./parts.ts";
import type { Run } from "./run.ts";

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
