import { type Attempt, DeadlineExceededError } from "../../contracts/index.ts";
import type { CallContext, Deadline } from "./context.ts";

/** Returns the milliseconds until the deadline; Infinity if there is none. */
export function leftMs({ ports, scope }: Pick<CallContext, "ports" | "scope">): number {
  const { deadline } = scope;
  return deadline === undefined ? Number.POSITIVE_INFINITY : deadline.at - ports.clock.monotonic();
}

export function deadlineError({
  deadline,
  attempts,
}: {
  readonly deadline: Deadline | undefined;
  readonly attempts: readonly Attempt[];
}): DeadlineExceededError {
  return new DeadlineExceededError(deadline?.ms ?? 0, attempts);
}
