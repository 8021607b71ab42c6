import { MissingConfigurationError, type ProviderOptions } from "../../contracts/index.ts";

/**
 * The key for the next call: the option, what the option's function returns now, or the environment
 * variable as it is now. `undefined` where none is set. White space around it is left out.
 */
export async function readKey(
  owner: string,
  option: ProviderOptions["apiKey"],
  variable: string | undefined,
): Promise<string | undefined> {
  const given = typeof option === "function" ? await option() : option;
  const key = (given ?? (variable === undefined ? undefined : process.env[variable]))?.trim();
  if (key === undefined || key === "") return undefined;
  // The error of an HTTP client about such a header would quote it.
  if (!/^[\x21-\x7e]+$/.test(key))
    throw new MissingConfigurationError(
      `${owner}: the key holds characters that an HTTP header cannot: set apiKey${variable === undefined ? "" : ` or ${variable}`} anew`,
      [variable ?? "apiKey"],
    );
  return key;
}

/** As `readKey`, for providers that cannot be called without one. */
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
