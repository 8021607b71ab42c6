import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createRetryBudget } from "../../../src/router/limits/retry-budget.ts";
import { runs } from "../../support/runs.ts";
import { runLimitedWorld, share } from "../../support/state/limited-world.ts";

describe("a retry budget", () => {
  it("allows a share of the first calls", () => {
    const budget = createRetryBudget({ ratio: 0.2, minPerSecond: 0 });
    expect(budget.withdraw(0)).toBe(false);
    for (let call = 0; call < 5; call += 1) budget.deposit(0);
    expect([budget.withdraw(0), budget.withdraw(0)]).toEqual([true, false]);
  });

  it("has a floor for little traffic, which fills up with time", () => {
    const budget = createRetryBudget({ ratio: 0, minPerSecond: 0.5 });
    const taken = Array.from({ length: 6 }, () => budget.withdraw(0));
    expect(taken).toEqual([true, true, true, true, true, false]);
    expect(budget.withdraw(1_999)).toBe(false);
    expect(budget.withdraw(2_000)).toBe(true);
  });

  it("goes on when the clock is set back", () => {
    const budget = createRetryBudget({ ratio: 0, minPerSecond: 1 });
    for (let call = 0; call < 10; call += 1) budget.withdraw(1_000_000);
    expect(budget.withdraw(0)).toBe(false);
    expect(budget.withdraw(1_000)).toBe(true);
  });

  it("saves up ten seconds of the floor and 100 first calls' worth, but at least one call", () => {
    const taken = (budget: ReturnType<typeof createRetryBudget>, now: number) => {
      let count = 0;
      while (count < 1_000 && budget.withdraw(now)) count += 1;
      return count;
    };
    const earned = createRetryBudget({ ratio: 0.2, minPerSecond: 0 });
    for (let call = 0; call < 1_000; call += 1) earned.deposit(0);
    expect([taken(earned, 0), taken(earned, 1e6)]).toEqual([20, 0]);
    const few = createRetryBudget({ ratio: 0.001, minPerSecond: 0 });
    for (let call = 0; call < 1_000; call += 1) few.deposit(0);
    expect(taken(few, 0)).toBe(1);
    const floor = createRetryBudget({ ratio: 0, minPerSecond: 2 });
    expect([taken(floor, 0), taken(floor, 3_000), taken(floor, 1e6)]).toEqual([20, 6, 20]);
  });

  it("leaves a quarter of what can be saved up to requests that have no other way", () => {
    const budget = createRetryBudget({ ratio: 0.2, minPerSecond: 2 });
    for (let call = 0; call < 100; call += 1) budget.deposit(0);
    let sparing = 0;
    while (budget.withdraw(0, true)) sparing += 1;
    let others = 0;
    while (budget.withdraw(0)) others += 1;
    expect([sparing, others]).toEqual([30, 10]);
  });

  it("never allows more than the ratio, the floor and what was saved up", () => {
    const steps = fc.array(fc.record({ retry: fc.boolean(), after: fc.integer({ min: 0, max: 500 }) }), {
      maxLength: 300,
    });
    fc.assert(
      fc.property(steps, (list) => {
        const budget = createRetryBudget({ ratio: 0.3, minPerSecond: 2 });
        let [now, calls, retries] = [0, 0, 0];
        for (const { retry, after } of list) {
          now += after;
          if (!retry) {
            budget.deposit(now);
            calls += 1;
          } else if (budget.withdraw(now)) retries += 1;
        }
        return retries <= 0.3 * calls + (2 * now) / 1_000 + 20 + 1e-6;
      }),
    );
  });

  it("takes back a call, up to what can be saved up", () => {
    const budget = createRetryBudget({ ratio: 0.01, minPerSecond: 0.1 });
    // One call of the floor can be saved up, and one that was earned.
    expect([budget.withdraw(0), budget.withdraw(0)]).toEqual([true, false]);
    budget.giveBack();
    expect([budget.withdraw(0), budget.withdraw(0)]).toEqual([true, false]);
    for (let times = 0; times < 9; times += 1) budget.giveBack();
    expect([budget.withdraw(0), budget.withdraw(0), budget.withdraw(0)]).toEqual([true, true, false]);
    const none = createRetryBudget({ ratio: 0, minPerSecond: 0 });
    none.giveBack();
    expect(none.withdraw(0)).toBe(false);
  });
});

describe("a router with one endpoint", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it("answers 99 % where a fifth of the calls fails, since retries that succeed are free", async () => {
    const perSecond = 100;
    const seconds = runs(12, 200);
    const run = await runLimitedWorld({ perSecond, seconds, refuses: share(0.2), kind: "server" });
    // Each request fails with all its three calls in 0.8 %.
    expect(run.answered / run.sent).toBeGreaterThan(0.985);
  });

  it("makes at most 1.1 calls a request in a total outage, after what was saved up", async () => {
    const perSecond = 100;
    const seconds = runs(12, 200);
    const run = await runLimitedWorld({ perSecond, seconds, refuses: () => true, kind: "server" });
    expect(run.answered).toBe(0);
    // Saved up at the start: ten retries of the floor, which then allows one a second.
    expect(run.calls).toBeLessThanOrEqual(1.1 * run.sent + seconds + 10);
  });
});
