import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { memoryStore } from "../../../src/fleet/store/memory.ts";
import { openDesk } from "../../support/shared/desk-world.ts";
import { faultyStore } from "../../support/shared/faulty-store.ts";

beforeEach(() => {
  vi.useFakeTimers({ now: 1_800_000_000_000 });
});
afterEach(() => {
  vi.useRealTimers();
});

const key = "router/budget";
const limits = [{ key: "budget", limit: 1_000 }];
/** Longer than a reservation lives. */
const longMs = 1_000_000;

describe.each(["strict", "leased"] as const)("what a killed process held in %s mode", (mode) => {
  it.each([
    ["spend", 600],
    [undefined, 600],
    ["return", 0],
  ] as const)("lapses as told: %s", async (lapse, used) => {
    const store = faultyStore(() => Date.now());
    const link: Parameters<typeof store.for>[0] = { fault: "none" };
    const desk = openDesk({ store: store.for(link), mode });
    await desk.reserve({ id: "1", amount: 600, limits, lapse });
    // It is killed: nothing more is told.
    link.fault = "silent";
    expect(await store.honest().quotas.read([key])).toEqual([{ used: 0, open: 600 }]);
    await vi.advanceTimersByTimeAsync(longMs);
    expect(await store.honest().quotas.read([key])).toEqual([{ used, open: 0 }]);
  });

  it("keeps what was told as spent when the rest comes back", async () => {
    const store = faultyStore(() => Date.now());
    const link: Parameters<typeof store.for>[0] = { fault: "none" };
    const desk = openDesk({ store: store.for(link), mode });
    await desk.reserve({ id: "1", amount: 600, limits, lapse: "return" });
    desk.settle("1", 200, 400);
    // A lease is told now and then.
    await vi.advanceTimersByTimeAsync(40_000);
    link.fault = "silent";
    await vi.advanceTimersByTimeAsync(longMs);
    expect(await store.honest().quotas.read([key])).toEqual([{ used: 200, open: 0 }]);
  });

  it("is counted exactly if the process lived after all", async () => {
    const store = faultyStore(() => Date.now());
    const link: Parameters<typeof store.for>[0] = { fault: "none" };
    const desk = openDesk({ store: store.for(link), mode });
    await desk.reserve({ id: "1", amount: 600, limits, lapse: "return" });
    link.fault = "rejects";
    await vi.advanceTimersByTimeAsync(longMs);
    desk.settle("1", 500, 0);
    link.fault = "none";
    await vi.advanceTimersByTimeAsync(20_000);
    void desk.close();
    await vi.advanceTimersByTimeAsync(5_000);
    expect(await store.honest().quotas.read([key])).toEqual([{ used: 500, open: 0 }]);
  });
});

it("a lease comes back only if all that draw from it say so", async () => {
  const store = memoryStore();
  const asked: unknown[] = [];
  const { quotas } = store;
  const seen = {
    ...store,
    quotas: {
      ...quotas,
      reserve(of: Parameters<typeof quotas.reserve>[0]) {
        asked.push(of.lapse);
        return quotas.reserve(of);
      },
    },
  };
  const desk = openDesk({ store: seen, mode: "leased" });
  expect(await desk.reserve({ id: "1", amount: 100, limits, lapse: "return" })).toBe(true);
  expect(await desk.reserve({ id: "2", amount: 100, limits })).toBe(true);
  expect(await desk.reserve({ id: "3", amount: 100, limits, lapse: "return" })).toBe(true);
  expect(new Set(asked)).toEqual(new Set(["return", "spend"]));
  expect(asked.indexOf("spend")).toBe(asked.lastIndexOf("return") + 1);
  for (const id of ["1", "2", "3"]) desk.settle(id, 50, 0);
  void desk.close();
  await vi.advanceTimersByTimeAsync(5_000);
  expect(await store.quotas.read([key])).toEqual([{ used: 150, open: 0 }]);
});
