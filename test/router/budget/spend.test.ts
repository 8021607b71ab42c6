import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { SpendState } from "../../../src/contracts/index.ts";
import { type BudgetOptions, resolveBudget } from "../../../src/router/budget/budget-options.ts";
import { bookOf } from "../../support/spend/book-of.ts";

const book = (options: Partial<BudgetOptions> = {}) => bookOf({ limitUsd: 10, period: "day", ...options });
const noon = Date.UTC(2026, 0, 31, 12);
const dayMs = 86_400_000;

describe("a budget", () => {
  it("lasts a calendar hour, day or month in UTC, or any number of milliseconds", () => {
    const start = (options: Partial<BudgetOptions>) =>
      resolveBudget({ limitUsd: 1, ...options }).periods?.of(noon + 123_456).start;
    expect(start({ period: "hour" })).toBe(noon);
    expect(start({ period: "day" })).toBe(Date.UTC(2026, 0, 31));
    expect(start({ period: "month" })).toBe(Date.UTC(2026, 0, 1));
    expect(start({ periodMs: 60_000 })).toBe(noon + 120_000);
  });

  it.each([
    [{ limitUsd: 1 }, "budget.period"],
    [{ limitUsd: 1, period: "year" }, "budget.period"],
    [{ limitUsd: 1, period: "day", periodMs: 5 }, "budget.periodMs"],
    [{ limitUsd: 1, period: "day", per: "user" }, "budget.per"],
  ])("refuses %j", (options, option) => {
    const resolve = () => resolveBudget(options as unknown as BudgetOptions);
    expect(resolve).toThrow(expect.objectContaining({ code: "invalid-option", option }));
  });
});

describe("a spend book", () => {
  it("counts what is held as used, and what was spent once it is settled", () => {
    const spend = book();
    const hold = spend.open(undefined, noon);
    hold.set(3);
    hold.set(4);
    expect(spend.read("anybody", noon)).toEqual({ usedUsd: 4, limitUsd: 10 });
    expect(hold.roomUsd()).toBe(10);
    expect(spend.open(undefined, noon).roomUsd()).toBe(6);
    hold.settle(1);
    hold.settle(1);
    hold.set(9);
    expect(spend.read(undefined, noon).usedUsd).toBe(1);
  });

  it("begins again with each period; a request counts in the one it began in", () => {
    const spend = book();
    const hold = spend.open(undefined, noon);
    hold.set(10);
    expect(spend.read(undefined, noon + dayMs).usedUsd).toBe(0);
    hold.settle(10);
    expect(spend.read(undefined, noon + dayMs).usedUsd).toBe(0);
    // A clock that goes back does not open the new period a second time.
    spend.open(undefined, noon + dayMs).settle(7);
    expect(spend.read(undefined, noon).usedUsd).toBe(10);
    expect(spend.read(undefined, noon + dayMs).usedUsd).toBe(7);
  });

  it("keeps tenants apart if asked to; requests without a tenant share one account", () => {
    const spend = book({ per: "tenant" });
    spend.open("a", noon).settle(3);
    spend.open(undefined, noon).settle(5);
    expect(["a", "b", undefined].map((tenant) => spend.read(tenant, noon).usedUsd)).toEqual([3, 0, 5]);
  });

  it("never lets a tenant gain by being forgotten", () => {
    const entry = fc.record({
      tenant: fc.constantFrom(..."abcdefgh"),
      cents: fc.integer({ min: 0, max: 50 }),
    });
    fc.assert(
      fc.property(
        fc.array(entry, { maxLength: 60 }),
        fc.integer({ min: 1, max: 5 }),
        fc.nat(60),
        (entries, maxTenants, restartAt) => {
          let spend = book({ per: "tenant", maxOwners: maxTenants });
          const exact = new Map<string, number>();
          for (const [at, { tenant, cents }] of entries.entries()) {
            if (at === restartAt) {
              const state = spend.exportState();
              spend = book({ per: "tenant", maxOwners: maxTenants });
              spend.restoreState(state, noon);
            }
            spend.open(tenant, noon).settle(cents);
            exact.set(tenant, (exact.get(tenant) ?? 0) + cents);
            expect(spend.exportState().accounts.length).toBeLessThanOrEqual(maxTenants);
          }
          for (const [tenant, cents] of exact)
            expect(spend.read(tenant, noon).usedUsd).toBeGreaterThanOrEqual(cents);
        },
      ),
    );
  });

  it("holds nothing of an account that was forgotten before anything was held of it", () => {
    const spend = book({ per: "tenant", maxOwners: 1 });
    // All begin before one of them holds anything, as requests that arrive at once do.
    const holds = Array.from({ length: 60 }, (_, index) => spend.open(`tenant ${index % 4}`, noon));
    let held = 0;
    for (const hold of holds) {
      if (hold.roomUsd() < 1) continue;
      hold.set(1);
      held += 1;
    }
    // As much as each of the four may.
    expect(held).toBe(40);
  });

  it("forgets a tenth of many tenants at once, those that used least, and starts others with the most of them", () => {
    const spend = book({ per: "tenant", maxOwners: 100 });
    for (let tenant = 0; tenant < 100; tenant += 1) spend.open(`t${tenant}`, noon).settle(tenant / 100);
    expect(spend.read("new", noon).usedUsd).toBe(0.09);
    expect(spend.exportState().accounts).toHaveLength(91);
    expect(spend.read("another", noon).usedUsd).toBe(0.09);
    expect(spend.read("t50", noon).usedUsd).toBe(0.5);
    expect(spend.read("t3", noon).usedUsd).toBe(0.09);
    expect(spend.read("new", noon + dayMs).usedUsd).toBe(0);
    expect(spend.read("t3", noon + dayMs).usedUsd).toBe(0);
  });

  it("makes room from earlier periods first, at no cost to the new ones", () => {
    const spend = book({ per: "tenant", maxOwners: 2 });
    spend.open("a", noon).settle(3);
    spend.open("b", noon).settle(5);
    expect(spend.read("c", noon + dayMs).usedUsd).toBe(0);
  });

  it("survives as JSON, with what was held as spent", () => {
    const spend = book({ per: "tenant" });
    spend.open("a", noon).settle(3);
    spend.open("a", noon).set(2);
    const restored = book({ per: "tenant" });
    restored.restoreState(JSON.parse(JSON.stringify(spend.exportState())) as SpendState, noon);
    expect(restored.read("a", noon).usedUsd).toBe(5);
    expect(restored.read("a", noon + dayMs).usedUsd).toBe(0);
  });

  it("of a future period is taken for the current one, which ends", () => {
    const spend = book();
    spend.restoreState(
      {
        formatVersion: 2,
        budgets: [{ name: "router-usd-day", kind: "router usd day UTC" }],
        accounts: [{ budget: "router-usd-day", periodStart: noon + 400 * dayMs, usedUsd: 7 }],
      },
      noon,
    );
    expect(spend.read(undefined, noon).usedUsd).toBe(7);
    expect(spend.read(undefined, noon + dayMs).usedUsd).toBe(0);
  });

  it.each([
    [null, "state.spend"],
    [
      { formatVersion: 1, accounts: [{ tenant: "", periodStart: 0, usedUsd: 0 }] },
      "state.spend.accounts[0].tenant",
    ],
    [
      { formatVersion: 1, accounts: [{ periodStart: 0, usedUsd: Number.NaN }] },
      "state.spend.accounts[0].usedUsd",
    ],
    [
      { formatVersion: 1, accounts: [{ periodStart: 1e300, usedUsd: 1 }] },
      "state.spend.accounts[0].periodStart",
    ],
  ])("refuses a state that is not an exported one: %j", (state, option) => {
    const restore = () => book().restoreState(state as unknown as SpendState, noon);
    expect(restore).toThrow(expect.objectContaining({ code: "invalid-option", option }));
  });
});
