import { expect, it, vi } from "vitest";
import type { Store } from "../../../src/contracts/index.ts";
import { memoryStore } from "../../../src/fleet/store/memory.ts";
import { openDesk, settled } from "../../support/shared/desk-world.ts";

const limits = [{ key: "a", limit: 1_000 }];

it("a call whose refusal is on its way when the store comes back holds nothing, although there is room by then", async () => {
  const store = memoryStore();
  const { quotas } = store;
  let isBroken = false;
  let isBack = false;
  let tell: (() => void) | undefined;
  const late: Store = {
    ...store,
    async status() {
      isBack = isBroken;
      return store.status();
    },
    quotas: {
      ...quotas,
      async reserve(asked) {
        if (isBroken && !isBack) throw new Error("no connection");
        const answer = await quotas.reserve(asked);
        if (asked.amount === 500 && tell === undefined)
          await new Promise<void>((resolve) => {
            tell = resolve;
          });
        return answer;
      },
    },
  };
  const desk = openDesk({ store: late, mode: "strict" });
  expect(await desk.reserve({ id: "first", amount: 1_000, limits })).toBe(true);
  const refused = desk.reserve({ id: "refused", amount: 500, limits });
  await vi.waitFor(() => expect(tell).toBeDefined());
  isBroken = true;
  expect(await desk.reserve({ id: "failed", amount: 1, limits })).toMatchObject({ why: "store" });
  // The store is back, and is told of all that is held; the refusal is still on its way.
  await vi.waitFor(() => expect(isBack).toBe(true), { interval: 5 });
  await settled();
  desk.settle("first", 0, 0);
  await settled();
  tell?.();
  expect(await refused).toMatchObject({ why: "limit" });
  await settled();
  expect(await quotas.read(["router/a"])).toEqual([{ used: 0, open: 0 }]);
  await desk.close();
});
