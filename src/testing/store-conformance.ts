import type { ConformanceCase } from "./conformance-case.ts";
import type { StoreSetup } from "./store-case.ts";
import { quotaRequirements } from "./store-quota-cases.ts";
import { recordRequirements } from "./store-record-cases.ts";

/**
 * Returns the requirements on every store of shared state, as cases for any test runner:
 *
 *     for (const { name, run } of storeConformance({ open, advance })) test(name, run);
 */
export function storeConformance(setup: StoreSetup): readonly ConformanceCase[] {
  return Object.entries({ ...quotaRequirements, ...recordRequirements }).map(([name, check]) => ({
    name,
    async run() {
      const store = await setup.open();
      try {
        await check(store, setup);
      } finally {
        await store.close();
      }
    },
  }));
}
