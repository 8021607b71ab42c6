import { describe, expect, it } from "vitest";
import { memoryStore } from "../../../src/fleet/store/memory.ts";
import { countCalls, openDesk, settled } from "../../support/shared/desk-world.ts";

const modes = ["leased", "strict"] as const;

describe.each(modes)("a desk in %s mode", (mode) => {
  it("grants up to the limit and no more, and the store counts what was spent", async () => {
    const store = memoryStore();
    const desk = openDesk({ store, mode });
    const limits = [{ key: "budget", limit: 1_000 }];
    let granted = 0;
    for (let call = 0; call < 30; call += 1) {
      const answer = await desk.reserve({ id: `c${call}`, amount: 100, limits });
      if (answer === true) {
        granted += 1;
        desk.settle(`c${call}`, 50, 0);
        await settled();
      } else expect(answer).toMatchObject({ key: "budget", why: "limit" });
    }
    expect(granted).toBe(19);
    await desk.close();
    expect(await store.quotas.read(["router/budget"])).toEqual([{ used: 950, open: 0 }]);
  });

  it("reserves under all limits or under none", async () => {
    const store = memoryStore();
    const desk = openDesk({ store, mode });
    const limits = [
      { key: "a", limit: 1_000 },
      { key: "b", limit: 10 },
    ];
    expect(await desk.reserve({ id: "1", amount: 10, limits })).toBe(true);
    expect(await desk.reserve({ id: "2", amount: 10, limits })).toMatchObject({ key: "b", why: "limit" });
    desk.settle("1", 10, 0);
    await settled();
    await desk.close();
    expect(await store.quotas.read(["router/a", "router/b"])).toEqual([
      { used: 10, open: 0 },
      { used: 10, open: 0 },
    ]);
  });
});

describe("a leased desk", () => {
  it("asks the store less than once in 100 calls", async () => {
    const store = countCalls(memoryStore());
    const desk = openDesk({ store });
    const limits = [{ key: "day", limit: 10_000_000, windowEndsAt: Date.now() + 3_600_000 }];
    for (let call = 0; call < 10_000; call += 1) {
      expect(await desk.reserve({ id: `c${call}`, amount: 500, limits })).toBe(true);
      desk.settle(`c${call}`, 100, 0);
    }
    expect(store.count.calls).toBeLessThan(100);
    await desk.close();
    expect(await store.quotas.read(["router/day"])).toEqual([{ used: 1_000_000, open: 0 }]);
  });
});

it("a strict desk knows at once what a call gave back", async () => {
  const store = memoryStore();
  const desk = openDesk({ store, mode: "strict" });
  const limit = { key: "budget", limit: 1_000 };
  expect(await desk.reserve({ id: "1", amount: 900, limits: [limit] })).toBe(true);
  expect(desk.left(limit)).toBe(100);
  desk.settle("1", 50, 0);
  await settled();
  expect(desk.left(limit)).toBe(950);
  await desk.close();
});

it("a leased desk that is used up tells what it has spent, so that a reset forgets it", async () => {
  const store = memoryStore();
  const desk = openDesk({ store, mode: "leased", leaseShare: 1 });
  const limit = { key: "budget", limit: 1_000 };
  for (let call = 0; call < 10; call += 1) {
    expect(await desk.reserve({ id: `${call}`, amount: 100, limits: [limit] })).toBe(true);
    desk.settle(`${call}`, 100, 0);
  }
  // As a router asks before it decides.
  expect(desk.left(limit)).toBe(0);
  await settled();
  expect(await store.quotas.read(["router/budget"])).toEqual([{ used: 1_000, open: 0 }]);
  await store.quotas.reset("router/budget", 0);
  await desk.close();
  expect(await store.quotas.read(["router/budget"])).toEqual([{ used: 0, open: 0 }]);
});
