import { errorType } from "../../contracts/errors/index.ts";
import { InvalidOptionError } from "../../contracts/index.ts";
import { dropPromises } from "../../plugin/index.ts";

/**
 * Returns the function of an option with each of its results checked. A result that does not fit, and a
 * function that throws, become an `InvalidOptionError`: the request fails, since nothing could stand in.
 */
export function checkedFunction<T>(
  option: string,
  given: () => T,
  expected: string,
  fits: (result: unknown) => boolean,
): () => T {
  return () => {
    let result: T;
    try {
      result = given();
      if (fits(result)) return result;
    } catch (cause) {
      const problem = `${expected}, and does not throw (an error of type ${errorType(cause)})`;
      throw new InvalidOptionError(option, given, problem, { cause });
    }
    dropPromises(result);
    throw new InvalidOptionError(option, result, expected);
  };
}
