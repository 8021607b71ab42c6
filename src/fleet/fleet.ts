import type { SharedState } from "../contracts/index.ts";
import { type FleetOptions, resolveFleetOptions } from "./fleet-options.ts";
import { openShared } from "./open-shared.ts";
import { storeKey } from "./records/store-key.ts";

/**
 * Shares budgets, rates, sessions and hints on breakers with other processes through a store: pass it to `createRouter` as
 * `shared`. Several routers may have the same. Throws `InvalidOptionError`.
 */
export function fleet(options: FleetOptions): SharedState {
  const shared = resolveFleetOptions("fleet", options);
  return {
    ...shared,
    keyOf: (key) => storeKey(shared.namespace, key),
    open: (router) => openShared(shared, router),
  };
}
