import { InvalidOptionError, type SharedState, type Store } from "../../contracts/index.ts";
import { checkKeys, checkMethods, checkNumber, checkText } from "../../plugin/index.ts";

/** Shared state with its defaults. */
export interface Shared {
  readonly store: Store;
  readonly namespace: string;
  readonly mode: "leased" | "strict";
  readonly leaseShare: number;
  readonly timeoutMs: number;
  readonly down: "open" | "closed";
  readonly sessionTrustMs: number;
}

const known: readonly string[] = [
  "store",
  "namespace",
  "mode",
  "leaseShare",
  "timeoutMs",
  "down",
  "sessionTrustMs",
] satisfies readonly (keyof SharedState)[];

/** Keys have at most 256 characters, and most of them belong to the budget. */
const longestNamespace = 64;

/** Checks the option `shared` and fills in defaults. Throws `InvalidOptionError`. */
export function resolveShared(given: SharedState, option = "shared"): Shared {
  checkKeys(option, given, known);
  const {
    store,
    namespace = "router",
    mode = "leased",
    leaseShare = 0.01,
    timeoutMs = 20,
    down = "closed",
    sessionTrustMs = 2_000,
  } = given;
  checkMethods(`${option}.store`, store, ["status", "close"]);
  checkText(`${option}.store.name`, store.name);
  checkMethods(`${option}.store.quotas`, store.quotas, ["reserve", "settle", "read", "reset"]);
  checkMethods(`${option}.store.records`, store.records, ["get", "put"]);
  checkText(`${option}.namespace`, namespace);
  if (namespace.length > longestNamespace || !/^[\w.:-]+$/.test(namespace))
    throw new InvalidOptionError(
      `${option}.namespace`,
      namespace,
      `1 to ${longestNamespace} letters of ASCII, digits and ._:-`,
    );
  checkOneOf(`${option}.mode`, mode, ["leased", "strict"]);
  checkOneOf(`${option}.down`, down, ["open", "closed"]);
  checkNumber(`${option}.leaseShare`, leaseShare, { min: Number.MIN_VALUE, max: 1 });
  checkNumber(`${option}.timeoutMs`, timeoutMs, { min: 1, max: 60_000 });
  checkNumber(`${option}.sessionTrustMs`, sessionTrustMs, { min: 0, max: 86_400_000 });
  return { store, namespace, mode, leaseShare, timeoutMs, down, sessionTrustMs };
}

function checkOneOf(option: string, value: unknown, allowed: readonly string[]): void {
  if (!allowed.includes(value as string))
    throw new InvalidOptionError(option, value, allowed.map((one) => `"${one}"`).join(" or "));
}
