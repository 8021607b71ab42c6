import { MissingConfigurationError, type ProviderOptions } from "../../../contracts/index.ts";
import { environment } from "../../../plugin/environment.ts";
import { dropPromises } from "../../../plugin/index.ts";

/**
 * Returns the key for the next call: the option, the result of the option's function, or the environment
 * variable, each as it is now and without surrounding white space. `undefined` if none is set. A promise for a function's
 * alone. Throws `MissingConfigurationError`.
 */
export function readKey(
  owner: string,
  option: ProviderOptions["apiKey"],
  variable: string | undefined,
): string | undefined | Promise<string | undefined> {
  return typeof option === "function"
    ? askedKey(owner, option, variable)
    : checkedKey(owner, option, variable);
}

async function askedKey(
  owner: string,
  ask: () => unknown,
  variable: string | undefined,
): Promise<string | undefined> {
  return checkedKey(owner, await ask(), variable);
}

function checkedKey(owner: string, given: unknown, variable: string | undefined): string | undefined {
  if (given !== undefined && given !== null && typeof given !== "string") {
    dropPromises(given);
    throw new MissingConfigurationError(`${owner}: apiKey() must return a string`, ["apiKey"]);
  }
  const key = (given ?? (variable === undefined ? undefined : environment()[variable]))?.trim();
  if (key === undefined || key === "") return undefined;
  // An HTTP client's error about such a header would quote it.
  if (!/^[\x21-\x7e]+$/.test(key))
    throw new MissingConfigurationError(
      `${owner}: the key contains characters that an HTTP header does not allow: correct apiKey${variable === undefined ? "" : ` or ${variable}`}`,
      [variable ?? "apiKey"],
    );
  return key;
}

/** Reads the key like `readKey`, for providers that require one. Throws `MissingConfigurationError`. */
export function requireKey(
  owner: string,
  option: ProviderOptions["apiKey"],
  variable: string,
): string | Promise<string> {
  const key = readKey(owner, option, variable);
  return key instanceof Promise
    ? key.then((read) => present(owner, read, variable))
    : present(owner, key, variable);
}

function present(owner: string, key: string | undefined, variable: string): string {
  if (key !== undefined) return key;
  throw new MissingConfigurationError(`${owner} has no key: set ${variable}, or the option apiKey`, [
    variable,
  ]);
}
