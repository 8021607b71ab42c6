import {
  type Check,
  type CheckVerdict,
  type Completion,
  type HopContext,
  isRouterError,
} from "../contracts/index.ts";
import type { ExecutionContext } from "./context.ts";

/**
 * Asks a check for its verdict. One that throws, answers with anything but true or false, or is not
 * done within `checkTimeoutMs`, the deadline or the caller's patience has not accepted: the answer was
 * not shown to be good. What it has under way is then ended. Never rejects.
 */
export async function runCheck(
  context: ExecutionContext,
  check: Check,
  answer: Completion,
  again: (changes: Parameters<NonNullable<HopContext["again"]>>[0], hop: HopContext) => Promise<Completion>,
): Promise<CheckVerdict> {
  const opened = context.openHop();
  const hop: HopContext = Object.assign(opened, {
    again: (changes?: Parameters<typeof again>[0]) => again(changes, opened),
  });
  try {
    const verdict = check.accepts(context.facts, answer, hop);
    const accepted: unknown = typeof verdict === "boolean" ? verdict : await inTime(context, verdict);
    if (typeof accepted === "boolean") return { name: check.name, accepted };
    return refusal(check, `returned ${accepted === null ? "null" : typeof accepted}, not true or false`);
  } catch (error) {
    return refusal(check, problemOf(error));
  } finally {
    opened.end();
  }
}

function refusal(check: Check, error: string): CheckVerdict {
  return { name: check.name, accepted: false, error };
}

/** Without the text of foreign errors, which may quote the prompt. */
function problemOf(error: unknown): string {
  if (error instanceof NoVerdict || isRouterError(error)) return error.message;
  return `threw an error of type ${error instanceof Error ? error.name : typeof error}`;
}

class NoVerdict extends Error {}

async function inTime<T>(context: ExecutionContext, verdict: PromiseLike<T>): Promise<T> {
  const { signal, deadlineAt, clock, options } = context;
  const leftMs = deadlineAt === undefined ? Number.POSITIVE_INFINITY : Math.max(0, deadlineAt - clock());
  let timer: NodeJS.Timeout | undefined;
  let onAbort = () => {};
  const limit = new Promise<never>((_, reject) => {
    const problem =
      leftMs <= options.checkTimeoutMs
        ? "gave no verdict before the deadline"
        : `gave no verdict within checkTimeoutMs of ${options.checkTimeoutMs} ms`;
    timer = setTimeout(() => reject(new NoVerdict(problem)), Math.min(leftMs, options.checkTimeoutMs));
    onAbort = () => reject(new NoVerdict("was left behind: the caller aborted"));
    if (signal?.aborted) onAbort();
    else signal?.addEventListener("abort", onAbort, { once: true });
  });
  try {
    return await Promise.race([verdict, limit]);
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", onAbort);
  }
}
