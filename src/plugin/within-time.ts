import type { Context, Script } from "node:vm";
import { dropPromises } from "./drop-promises.ts";
import { nodeBuiltin } from "./node-builtin.ts";

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
 * milliseconds, twice. The work must be synchronous. Throws `OutOfTimeError`, and an error where nothing can stop
 * the work, as in Workers and edge functions.
 */
export function withinTime<T>(timeoutMs: number, work: () => T): T {
  place ??= createPlace();
  const { script, context } = place;
  const outer = context["work"];
  let made: T | undefined;
  context["work"] = () => {
    made = work();
    return made;
  };
  try {
    for (let left = tries; left > 0; left -= 1) {
      try {
        return script.runInContext(context, { timeout: timeoutMs }) as T;
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== "ERR_SCRIPT_EXECUTION_TIMEOUT") throw error;
        // The time may run out just after the work has returned: what it returned is then lost, and a promise may reject.
        dropPromises(made);
        made = undefined;
      }
    }
    throw new OutOfTimeError(`not finished within ${timeoutMs} ms`);
  } finally {
    context["work"] = outer;
  }
}

function createPlace(): NonNullable<typeof place> {
  try {
    const vm = nodeBuiltin("node:vm");
    if (vm !== undefined) return { script: new vm.Script("work()"), context: vm.createContext({}) };
  } catch {
    // Workers have a module of this name that can do nothing.
  }
  throw new Error("a schema can only be checked where node:vm can stop the work: use another check here");
}
