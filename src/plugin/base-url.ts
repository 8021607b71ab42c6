import { InvalidOptionError, notShown } from "../contracts/errors/index.ts";

/**
 * Returns options whose `baseURL`, as SDKs spell it, stands in `baseUrl`. Throws `InvalidOptionError` if both
 * are given and differ; the values, which may hold credentials, are not shown.
 */
export function withBaseUrl<Options extends { readonly baseUrl?: unknown; readonly baseURL?: unknown }>(
  owner: string,
  options: Options,
): Omit<Options, "baseURL"> {
  // Anything but an object is refused by the check of the options.
  if (typeof options !== "object" || options === null || !Object.hasOwn(options, "baseURL")) return options;
  const { baseURL, ...others } = options;
  if (baseURL === undefined) return others;
  if (others.baseUrl !== undefined && others.baseUrl !== baseURL)
    throw new InvalidOptionError(`${owner}.baseURL`, notShown, "absent, or the same as baseUrl");
  return { ...others, baseUrl: baseURL };
}
