import type { Attempt, CheckVerdict } from "../../contracts/index.ts";
import { answeringAttempt } from "../../plugin/answering-attempt.ts";
import type { RouterParts } from "./parts.ts";
import type { Run } from "./run.ts";

/** Records in the session which model has answered, and what its provider now has in its cache. */
export function recordAnswer<Id extends string>(parts: RouterParts<Id>, run: Run<Id>, session: string): void {
  const given = answeringAttempt(run.attempts);
  if (given === undefined) return;
  const answer = { model: given.model, usage: given.usage, at: parts.ports.clock.monotonic() };
  parts.recordSession(run.facts.tenant, session, answer);
}

/** Returns the verdict on the final answer if a check did not accept it and no other model was left. */
export function degradedVerdict(attempts: readonly Attempt[]): CheckVerdict | undefined {
  const check = answeringAttempt(attempts)?.check;
  return check?.accepted === false ? check : undefined;
}
