import { errorType } from "../../contracts/errors/index.ts";
import { InvalidRequestError, isRouterError } from "../../contracts/index.ts";

/** Deepest nesting, and the most values, that are looked at for the cause of an error. */
const deepest = 200;
const mostValues = 100_000;

/**
 * Does work that reads a request. If it fails because of the request, the error becomes an `InvalidRequestError` that has it as
 * its cause, and none of its text: a getter or a proxy of the caller's threw, or the request is not plain data. Everything else is
 * an error of ours, and comes out as it is. So each property is read again, alone, once something has failed.
 */
export function readable<T>(request: unknown, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (isRouterError(error)) throw error;
    const found = unreadableIn(request, error);
    if (found === undefined) throw error;
    const problem = `cannot be read (an error of type ${errorType(found.cause)}): give plain objects without getters that throw`;
    throw new InvalidRequestError("", problem, found);
  }
}

/** Returns what a request does to its reader; undefined if it is plain data. `error`: what its reader met. */
function unreadableIn(request: unknown, error: unknown): { readonly cause: unknown } | undefined {
  // Texts that are too long, and nesting that is too deep.
  if (error instanceof RangeError) return { cause: error };
  const seen = new Set<object>();
  const left: { readonly value: unknown; readonly depth: number; readonly isCode: boolean }[] = [];
  left.push({ value: request, depth: 0, isCode: false });
  for (let one = left.pop(); one !== undefined; one = left.pop()) {
    const { value, depth, isCode } = one;
    if (typeof value === "function" || typeof value === "symbol" || typeof value === "bigint") {
      if (!isCode) return { cause: error };
      continue;
    }
    if (typeof value !== "object" || value === null || seen.has(value)) continue;
    if (depth > deepest || seen.size > mostValues) return { cause: error };
    seen.add(value);
    try {
      const prototype: unknown = Object.getPrototypeOf(value);
      const isPlain = prototype === null || prototype === Object.prototype || Array.isArray(value);
      if (!isPlain && !isCode) return { cause: error };
      for (const key of Reflect.ownKeys(value)) {
        // Constraints and schemas are code of the caller's.
        const within = isCode || (depth === 0 && (key === "constraints" || key === "output"));
        const inside: unknown = Reflect.get(value, key);
        left.push({ value: inside, depth: depth + 1, isCode: within });
        if (!within && Object.getOwnPropertyDescriptor(value, key)?.get !== undefined)
          return { cause: error };
      }
    } catch (cause) {
      return { cause };
    }
  }
  return undefined;
}
