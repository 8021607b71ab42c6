import { type Context, createContext, Script } from "node:vm";

/** Work was given up because it took too long. */
export class OutOfTimeError extends Error {
  override readonly name = "OutOfTimeError";
}

/** Made at the first use: whoever imports the policies need not pay for it. */
let place: { readonly script: Script; readonly context: Context } | undefined;
/** The clock goes on while a busy machine does something else: what was that is quick the second time. */
const tries = 2;

/**
 * Does work that may never end by itself, such as a regular expression that backtracks, for `timeoutMs`
 * milliseconds at most, twice; it must not wait for anything. Throws `OutOfTimeError`.
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
    throw new OutOfTimeError(`not done within ${timeoutMs} ms`);
  } finally {
    context["work"] = outer;
  }
}
