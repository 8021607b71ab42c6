import { errorType } from "../../contracts/errors/index.ts";
import { InvalidRequestError, isRouterError } from "../../contracts/index.ts";

/**
 * Reads a request. What a getter or a proxy of the caller's throws becomes an `InvalidRequestError`, without
 * its text.
 */
export function readable<T>(read: () => T): T {
  try {
    return read();
  } catch (cause) {
    if (isRouterError(cause)) throw cause;
    const problem = `cannot be read (an error of type ${errorType(cause)}): give plain objects without getters that throw`;
    throw new InvalidRequestError("", problem);
  }
}
