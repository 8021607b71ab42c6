import { describe, expect, it } from "vitest";
import { always } from "../../../policies/index.ts";
import { fleet, memoryStore } from "../../../src/fleet/index.ts";
import { createRouter } from "../../../src/index.ts";
import { fakeModel } from "../../../src/testing/index.ts";

const hour = 3_600_000;
const day = 24 * hour;
const storeNow = Date.UTC(2026, 10, 27, 14, 3);
/** A model of which every answer costs a dollar. */
const oneUsd = {
  ...fakeModel({ model: "m", usage: { inputTokens: 5, outputTokens: 1_000 } }),
  price: { usdPerMillionInputTokens: 0, usdPerMillionOutputTokens: 1_000 },
  defaults: { maxOutputTokens: 1_000 },
};

describe("a process whose time of day is wrong when it makes its first request", () => {
  for (const mode of ["strict", "leased"] as const)
    for (const period of ["hour", "day", "month"] as const)
      it.each([40 * day, -40 * day, hour, -hour])(
        `spends in the store's ${period}, by a clock that is %i ms off (${mode})`,
        async (offset) => {
          const store = memoryStore({ now: () => storeNow });
          const router = createRouter({
            models: { m: oneUsd },
            policy: always("m"),
            budgets: [{ name: "all", limitUsd: 3, period, timeZone: "Europe/Berlin" }],
            shared: fleet({ store, mode, timeoutMs: 5_000 }),
            clock: () => storeNow + offset,
          });
          // At once, before the store has told its time.
          const ends = await Promise.allSettled(
            Array.from({ length: 5 }, () => router.route({ messages: [{ role: "user", content: "Hello" }] })),
          );
          expect(ends.filter(({ status }) => status === "fulfilled")).toHaveLength(3);
          await router.close();
          const [account] = await router.readBudgets();
          expect(account).toMatchObject({ used: 3, open: 0 });
        },
      );
});
