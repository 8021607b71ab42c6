import { errorType } from "../../../../contracts/errors/index.ts";
import { ProviderError } from "../../../../contracts/index.ts";
import { dropPromises, readOption } from "../../../../plugin/index.ts";

/** A salt of all requests, or a function that returns that of a tenant. */
export type CacheSalt = string | ((tenant: string | undefined) => string);

/** Kind of the option `cacheSalt`. */
export const cacheSaltOption = {
  is: "checked",
  check: (option: string, salt: CacheSalt): CacheSalt =>
    typeof salt === "function" ? salt : readOption({ is: "text" }, option, salt),
  optional: true,
  expected: "a text, or a function of the tenant that returns one",
} as const;

/** Returns the field that carries a salt: of the model, or of each call. `name`: of the model, for messages. */
export function saltFields(
  name: string,
  salt: CacheSalt | undefined,
): {
  readonly fields: object;
  readonly perCall?: (tenant: string | undefined) => Readonly<Record<string, unknown>>;
} {
  if (typeof salt !== "function") return { fields: salt === undefined ? {} : { cache_salt: salt } };
  return { fields: {}, perCall: (tenant) => ({ cache_salt: saltOf(name, salt, tenant) }) };
}

/** Without its salt a call must not be made: it would share its prefix with others. */
function saltOf(
  model: string,
  salt: (tenant: string | undefined) => string,
  tenant: string | undefined,
): string {
  let given: unknown;
  let problem = "returned no text";
  try {
    given = salt(tenant);
  } catch (error) {
    problem = `threw an error of type ${errorType(error)}`;
  }
  if (typeof given === "string" && given !== "") return given;
  dropPromises(given);
  throw new ProviderError({
    kind: "unsupported",
    model,
    summary: `the function cacheSalt ${problem}`,
  });
}
