import { InvalidOptionError, isRouterError, type RouteOptions } from "../../contracts/index.ts";
import { CallAbort } from "../../plugin/call-abort.ts";
import { checkOptions } from "../request/index.ts";

/** Throws `InvalidOptionError` unless the value is a signal, and the reason of one that has fired. */
export function checkSignal(signal: AbortSignal | undefined): void {
  if (signal === undefined || signal === null) return;
  if (!isSignal(signal)) throw new InvalidOptionError("signal", signal, "an AbortSignal");
  if (signal.aborted) throw signal.reason;
}

/** True for a signal, also one of a library or another realm: all that is used of it is tried here, not half-way. */
export function isSignal(given: unknown): boolean {
  try {
    if (given instanceof AbortSignal || given instanceof CallAbort) return true;
    const signal = given as AbortSignal;
    const listener = () => {};
    signal.addEventListener("abort", listener);
    signal.removeEventListener("abort", listener);
    return typeof signal.aborted === "boolean";
  } catch {
    return false;
  }
}

/** Returns the signal of a request's options. Throws `InvalidOptionError` if they cannot be read, or hold a routing field. */
export function signalOf(options: RouteOptions | undefined): AbortSignal | undefined {
  try {
    checkOptions(options);
  } catch (error) {
    // A proxy whose names cannot be read: the read below says so.
    if (isRouterError(error)) throw error;
  }
  return readOption(options, "signal");
}

/** Returns one of a request's options. Throws `InvalidOptionError` if they cannot be read. */
export function readOption<O extends object, K extends keyof O & string>(
  options: O | undefined,
  name: K,
): O[K] | undefined {
  try {
    return options?.[name];
  } catch (cause) {
    throw new InvalidOptionError("options", options, `an object whose ${name} can be read`, { cause });
  }
}
