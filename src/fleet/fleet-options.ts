import { InvalidOptionError, type Store } from "../contracts/index.ts";
import { checkKeys, checkMethods, checkNumber, checkText } from "../plugin/index.ts";

export interface FleetOptions {
  readonly store: Store;
  /** Name before all keys: routers with the same name share budgets, rates and sessions. Default `router`. */
  readonly namespace?: string | undefined;
  /**
   * `leased`: a process reserves for many calls at once and asks the store about once in a hundred requests. It never
   * overshoots, but what it holds is refused to others. `strict`: a reservation before each call, and its settlement
   * after the answer. Default `leased`.
   */
  readonly mode?: "leased" | "strict" | undefined;
  /** Largest part of a limit that a process leases at once, in (0, 1]. Default 0.01. */
  readonly leaseShare?: number | undefined;
  /**
   * Longest time that a request waits for the store, in milliseconds. Default 20. Until the store has answered once it
   * is a second at least, since its client may still be connecting.
   */
  readonly timeoutMs?: number | undefined;
  /**
   * Rule while the store does not answer and the lease is used up: `open` lets calls through and counts them
   * when the store is back, `closed` refuses them. Default `closed`.
   */
  readonly down?: "open" | "closed" | undefined;
  /** Time for which a process trusts what it knows of a session, in milliseconds. Default 2,000. */
  readonly sessionTrustMs?: number | undefined;
}

/** The same with its defaults. */
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
] satisfies readonly (keyof FleetOptions)[];

/** Keys have at most 256 characters, and most of them belong to the budget. */
const longestNamespace = 64;

/** Checks options and fills in defaults. Throws `InvalidOptionError`, which names them as those of `option`. */
export function resolveFleetOptions(option: string, given: FleetOptions): Shared {
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
