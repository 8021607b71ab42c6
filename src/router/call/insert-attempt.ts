import type { Attempt } from "../../contracts/index.ts";
import type { RequestScope } from "./context.ts";

/** Inserts an attempt in order of start: a call that runs next to another one may end first. */
export function insertAttempt(
  { attempts, starts, told }: RequestScope,
  record: Attempt,
  startedAt: number,
): void {
  let at = attempts.length;
  while (at > 0 && (starts[at - 1] as number) > startedAt) at -= 1;
  if (at === attempts.length) {
    attempts.push(record);
    starts.push(startedAt);
    told.push(undefined);
  } else {
    attempts.splice(at, 0, record);
    starts.splice(at, 0, startedAt);
    told.splice(at, 0, undefined);
  }
}
