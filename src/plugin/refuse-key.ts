import { InvalidOptionError, notShown } from "../contracts/errors/index.ts";

/** Throws `InvalidOptionError` if options have a key that people expect, and says what to write. Its value is not shown. */
export function refuseKey(owner: string, options: unknown, key: string, instead: string): void {
  if (typeof options === "object" && options !== null && Object.hasOwn(options, key))
    throw new InvalidOptionError(`${owner}.${key}`, notShown, `absent: ${instead}`);
}
