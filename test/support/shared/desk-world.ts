import type { Store, StoreFailed, StoreRecovered } from "../../../src/contracts/index.ts";
import { type FleetOptions, resolveFleetOptions } from "../../../src/fleet/fleet-options.ts";
import { createQuotaDesk, type OwnedQuotaDesk } from "../../../src/fleet/quotas/quota-desk.ts";
import { memoryStore } from "../../../src/fleet/store/memory.ts";
import { createClock } from "../../../src/plugin/clock.ts";

/** Counts the calls that a store gets. */
export interface Counted {
  calls: number;
}

/** A desk with what it reports. */
export interface DeskInWorld extends OwnedQuotaDesk {
  readonly events: (StoreFailed | StoreRecovered)[];
}

export function openDesk(
  options: Partial<FleetOptions> & { readonly wall?: () => number; readonly monotonic?: () => number } = {},
): DeskInWorld {
  const { wall, monotonic, store = memoryStore(), ...more } = options;
  const events: (StoreFailed | StoreRecovered)[] = [];
  const desk = createQuotaDesk({
    shared: resolveFleetOptions("fleet", { store, timeoutMs: 2_000, ...more }),
    clock: createClock(wall, monotonic),
    emit: (event) => events.push(event),
  });
  return Object.assign(desk, { events });
}

/** Returns the store with a count of the calls to its quotas. */
export function countCalls(store: Store): Store & { readonly count: Counted } {
  const count = { calls: 0 };
  const { quotas } = store;
  return {
    ...store,
    count,
    quotas: {
      ...quotas,
      reserve(of) {
        count.calls += 1;
        return quotas.reserve(of);
      },
      settle(of) {
        count.calls += 1;
        return quotas.settle(of);
      },
    },
  };
}

/** Lets all that is under way come to its end. */
export async function settled(): Promise<void> {
  for (let turn = 0; turn < 50; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}
