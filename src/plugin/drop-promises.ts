import { ignore } from "./ignore.ts";

/** Bounds of the search for promises in what a user's function returned. */
const deepest = 5;
const mostValues = 1_000;

/**
 * Drops what a function of a user returned where it should have returned something else. True if that is a
 * promise. Its rejection is then handled, since an unhandled one ends the process; so are those of promises
 * in it: an `await` is often forgotten in a field, `{ complexity: score(text) }`.
 *
 * A thenable that is not a promise is left alone: it may begin its work (a query) only when it is asked.
 */
export function dropPromises(returned: unknown): returned is Promise<unknown> {
  if (typeof returned !== "object" || returned === null) return false;
  if (handle(returned)) return true;
  dropWithin(returned, deepest, { values: mostValues });
  return false;
}

/** Handles the rejection of a promise, and returns false for anything else. Never throws. */
function handle(value: object): boolean {
  try {
    if (isPlain(value)) return false;
    // Throws for anything but a promise, also where `instanceof` is wrong: promises of other realms.
    Promise.prototype.then.call(value, dropPromises, ignore);
  } catch {
    return false;
  }
  try {
    // A subclass may keep the promise that does the work elsewhere, as the clients of some SDKs do.
    const own = value as Promise<unknown>;
    if (own.then !== Promise.prototype.then)
      Promise.prototype.then.call(own.then(ignore, ignore), ignore, ignore);
  } catch {
    // There is nothing more to handle.
  }
  return true;
}

/** True for objects and lists as they are written: the throw below costs more than all else of a small answer. */
function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === Array.prototype;
}

function dropWithin(holder: object, depth: number, left: { values: number }): void {
  try {
    for (const key of Object.keys(holder)) {
      left.values -= 1;
      if (left.values < 0) return;
      const value: unknown = (holder as Record<string, unknown>)[key];
      if (typeof value !== "object" || value === null) continue;
      if (!handle(value) && depth > 1) dropWithin(value, depth - 1, left);
    }
  } catch {
    // A proxy or a getter that throws.
  }
}
