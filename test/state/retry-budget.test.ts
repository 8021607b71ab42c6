import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createRetryBudget } from "../../src/state/retry-budget.ts";

describe("a retry budget", () => {
  it("allows a share of the first calls", () => {
    const budget = createRetryBudget({ ratio: 0.2, minPerSecond: 0 });
    expect(budget.withdraw(0)).toBe(false);
    for (let call = 0; call < 5; call += 1) budget.deposit(0);
    expect([budget.withdraw(0), budget.withdraw(0)]).toEqual([true, false]);
  });

  it("has a floor for little traffic, which fills by the second", () => {
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

  it("never allows more than ratio, floor and what was saved", () => {
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

  it("refuses options that make no sense", () => {
    expect(() => createRetryBudget({ ratio: -1 })).toThrow(
      "execution.retryBudget.ratio must be a number in [0, 10]",
    );
    expect(() => createRetryBudget({ minPerSecond: Number.NaN })).toThrow(
      "execution.retryBudget.minPerSecond",
    );
  });
});
