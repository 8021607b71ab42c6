import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { memoryStore } from "../../../src/fleet/store/memory.ts";
import { runs } from "../../support/runs.ts";
import { type Crowd, type CrowdedLimit, crowdedLimit } from "../../support/shared/crowded-limit.ts";
import { type DeskInWorld, openDesk } from "../../support/shared/desk-world.ts";

const now = 1_800_000_000_000;
beforeEach(() => {
  vi.useFakeTimers({ now });
});
afterEach(() => {
  vi.useRealTimers();
});

const budget = (limit: number) => ({ key: "day", limit, windowEndsAt: now + 80_000_000 });
const rate = { key: "rate", limit: 6_000, refillPerMs: 0.1 };
const caller: Crowd = { callers: 1, amount: 50, spends: 0.02, callMs: 1_000, pauseMs: 0, retryMs: 500 };
const slow: Crowd = { ...caller, startsMs: 5_000, pauseMs: 3_000 };
const busy: Crowd = { ...caller, callers: 20, spends: 1, callMs: 100 };

/** Rows with the longest wait of any process before there were turns, and with them. */
const rows: readonly (readonly [name: string, beforeMs: number, mostMs: number, world: CrowdedLimit])[] = [
  [
    "a budget whose money is under way in calls of another process, which takes again what comes back",
    115_000,
    5_000,
    { limit: budget(1_000), runMs: 120_000, crowds: [{ ...caller, callers: 30 }, slow] },
  ],
  [
    "the same with calls of ten seconds",
    115_000,
    20_000,
    { limit: budget(1_000), runMs: 120_000, crowds: [{ ...caller, callers: 30, callMs: 10_000 }, slow] },
  ],
  [
    "a budget that twelve callers of another process give back nearly whole",
    57_000,
    10_000,
    {
      limit: budget(1_000),
      runMs: 100_000,
      crowds: [
        { callers: 12, amount: 100, spends: 0.05, callMs: 800, pauseMs: 200, retryMs: 1_000 },
        { callers: 1, amount: 20, spends: 0.05, callMs: 20, pauseMs: 0, retryMs: 300 },
      ],
    },
  ],
  [
    "a budget of which a slow process has leased the rest",
    50_000,
    12_000,
    {
      limit: budget(10_000),
      leaseShare: 1,
      runMs: 150_000,
      crowds: [
        { ...caller, amount: 20, callMs: 10, pauseMs: 1_500, spends: 0.5 },
        { ...caller, callers: 4, amount: 100, callMs: 10, pauseMs: 100, spends: 0.9, startsMs: 20_000 },
      ],
    },
  ],
  [
    "a rate that one process uses up",
    60_000,
    3_000,
    { limit: rate, runMs: 120_000, crowds: [busy, { ...slow, spends: 1, startsMs: 60_000 }] },
  ],
  [
    "a rate that one process uses up, and calls of ten times the size",
    60_000,
    15_000,
    {
      limit: { ...rate, refillPerMs: 0.2 },
      runMs: 120_000,
      crowds: [busy, { ...slow, amount: 500, spends: 1, startsMs: 40_000 }],
    },
  ],
  [
    "a rate that three processes use up",
    50_000,
    10_000,
    {
      limit: rate,
      runMs: 120_000,
      crowds: [busy, busy, busy, { ...slow, spends: 1, startsMs: 60_000 }].map((one) => ({
        ...one,
        callers: Math.min(one.callers, 10),
      })),
    },
  ],
];

describe("none waits longer than one lease while others are granted", () => {
  it.each(rows)("%s: %i ms before, at most %i ms", async (_, __, mostMs, world) => {
    const { processes, state } = await crowdedLimit(world);
    for (const { longestMs, granted } of processes) {
      expect(longestMs).toBeLessThanOrEqual(mostMs);
      expect(granted).toBeGreaterThan(0);
    }
    expect(state?.open).toBe(0);
  });

  it("in random rows, and none holds what is not its own", { timeout: 900_000 }, async () => {
    const crowd = fc.record({
      callers: fc.constantFrom(1, 2, 12),
      amount: fc.constantFrom(20, 50, 100),
      spends: fc.constantFrom(0.05, 0.5, 1),
      callMs: fc.constantFrom(20, 800, 4_000),
      pauseMs: fc.constantFrom(0, 200, 3_000),
      retryMs: fc.constantFrom(300, 1_000, 3_000),
      startsMs: fc.nat({ max: 10_000 }),
    });
    const limits = fc.oneof(
      fc.constantFrom(1_000, 5_000, 20_000).map(budget),
      fc.constantFrom(0.05, 0.2, 1).map((refillPerMs) => ({ ...rate, refillPerMs })),
    );
    const crowds = fc.array(crowd, { minLength: 2, maxLength: 4 });
    const row = fc.tuple(crowds, limits, fc.constantFrom(0.01, 0.2, 1), fc.constantFrom(1, 30));
    const holds = fc.asyncProperty(row, async ([crowds, limit, leaseShare, storeMs]) => {
      vi.setSystemTime(now);
      const world = { crowds, limit, leaseShare, storeMs, runMs: 100_000 };
      const { processes, state } = await crowdedLimit(world);
      const longest = (of: (one: Crowd) => number) => Math.max(...crowds.map(of));
      // A lease, a turn of each process, and the end of what it had begun.
      const most = 30_000 + crowds.length * 6_000 + 2 * longest(({ callMs, retryMs }) => callMs + retryMs);
      for (const { longestMs } of processes) expect(longestMs).toBeLessThanOrEqual(most);
      expect(state?.open).toBe(0);
      expect(state?.used).toBeLessThanOrEqual(limit.limit);
    });
    await fc.assert(holds, { numRuns: runs(8, 400) });
  });

  it("and stops waiting, and gives back what it has, once others have used up what it waits for", async () => {
    const store = memoryStore({ now: Date.now });
    const begun = Date.now();
    const open = () => openDesk({ store, mode: "leased", monotonic: () => Date.now() - begun });
    const [one, other] = [open(), open()];
    const limits = [budget(1_000)];
    const ask = async (desk: DeskInWorld, id: string, amount: number) => {
      const answer = desk.reserve({ id, amount, limits });
      await vi.advanceTimersByTimeAsync(10);
      return answer;
    };
    expect(await ask(one, "before", 400)).toBe(true);
    one.settle("before", 0, 0);
    expect(await ask(other, "a", 600)).toBe(true);
    expect(await ask(one, "b", 500)).toMatchObject({ why: "limit" });
    other.settle("a", 600, 0);
    await vi.advanceTimersByTimeAsync(15_000);
    expect(await store.quotas.read(["router/day"])).toEqual([{ used: 600, open: 0 }]);
    await Promise.all([one.close(), other.close()]);
  });
});
