import { MissingConfigurationError, type ProviderOptions } from "../../contracts/index.ts";
import { environment } from "../../plugin/environment.ts";
import { dropPromises } from "../../plugin/index.ts";

/**
 * Returns the key for the next call: the option, the result of the option's function, or the environment
 * variable, each as it is now and without surrounding white space. `undefined` if none is set.
 */
export async function readKey(
  owner: string,
  option: ProviderOptions["apiKey"],
  variable: string | undefined,
): Promise<string | undefined> {
  const given: unknown = typeof option === "function" ? await option() : option;
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
export async function requireKey(
  owner: string,
  option: ProviderOptions["apiKey"],
  variable: string,
): Promise<string> {
  const key = await readKey(owner, option, variable);
  if (key !== undefined) return key;
  throw new MissingConfigurationError(`${owner} has no key: set ${variable}, or the option apiKey`, [
    variable,
  ]);
}
