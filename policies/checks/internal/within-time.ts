import { type Context, createContext, Script } from "node:vm";

/** Error of work that was stopped because it took too long. */
export class OutOfTimeError extends Error {
  override readonly name = "OutOfTimeError";
}

/** The script and its context, created at the first use so that an import of the policies costs nothing. */
let place: { readonly script: Script; readonly context: Context } | undefined;
/** Number of tries. On a busy machine the time may run out while other work runs; the second try is then quick. */
const tries = 2;

/**
 * Runs work that may never end, such as a regular expression that backtracks, for at most `timeoutMs`
 * milliseconds, twice. The work must be synchronous. Throws `OutOfTimeError`.
 */
export function withinTime<T>(timeoutMs: number, work: () => T): T {
  place ??= { script: new Script("work()"), context: createContext({}) };
  const { script, context } = place;
  const outer = context["work"];
  context["work"] = work;
  try {
    for (let left = tries; left > 0; left -= 1) {
      try {
        return script.runInContext(context, { timeout: timeoutMs }) as T;
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== "ERR_SCRIPT_EXECUTION_TIMEOUT") throw error;
      }
    }
    throw new OutOfTimeError(`not finished within ${timeoutMs} ms`);
  } finally {
    context["work"] = outer;
  }
}
