import type { Store } from "../contracts/index.ts";
import { type FilledOptions, type OptionTable, readOption, readOptions } from "../plugin/index.ts";

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
   * Longest time that a request waits for the store, in milliseconds. Default 100. Where the store's answers usually take longer
   * it is what they take, up to a second (mean and four deviations). Until the store has answered once it is a second at least,
   * since its client may still be connecting.
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

/** Keys have at most 256 characters, and most of them belong to the budget. */
const longestNamespace = 64;

export const fleetOptions: OptionTable<FleetOptions> = {
  store: { is: "object", methods: ["status", "close"], named: ["name"] },
  namespace: {
    is: "text",
    max: longestNamespace,
    pattern: /^[\w.:-]+$/,
    expected: `1 to ${longestNamespace} letters of ASCII, digits and ._:-`,
    default: "router",
  },
  mode: { is: "choice", of: ["leased", "strict"], default: "leased" },
  leaseShare: { is: "share", above: 0, default: 0.01 },
  timeoutMs: { is: "number", min: 1, max: 60_000, default: 100 },
  down: { is: "choice", of: ["open", "closed"], default: "closed" },
  sessionTrustMs: { is: "number", min: 0, max: 86_400_000, default: 2_000 },
};

/** The same with its defaults. */
export type Shared = FilledOptions<FleetOptions>;

const quotas = { is: "object", methods: ["reserve", "settle", "read", "reset"] } as const;
const records = { is: "object", methods: ["get", "put"] } as const;

/** Checks options and fills in defaults. Throws `InvalidOptionError`, which names them as those of `option`. */
export function resolveFleetOptions(option: string, given: FleetOptions): Shared {
  const read = readOptions(option, fleetOptions, given);
  readOption(quotas, `${option}.store.quotas`, read.store.quotas);
  readOption(records, `${option}.store.records`, read.store.records);
  return read;
}
