import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { openAccount, unboundedAccount } from "../../../src/router/budget/account.ts";
import * as parts from "../../../src/router/budget/account-parts.ts";
import { resolveBudgets } from "../../../src/router/budget/budget-options.ts";
import { createLedger } from "../../../src/router/budget/ledger.ts";
import { runs } from "../../support/runs.ts";

const noon = Date.UTC(2026, 0, 31, 12);

function ledgerOf(limitUsd: number) {
  const budgets = resolveBudgets([{ limitUsd, period: "day" }], {});
  const ledger = createLedger({ parts: () => parts, budgets, now: () => noon });
  return { ledger, usedUsd: () => ledger.open({}, () => noon).state()?.spend?.usedUsd ?? 0 };
}

describe("the account of a request with maxCostUsd", () => {
  const account = () => openAccount({ maxCostUsd: 1 });

  it("fails closed if a price is not known", () => {
    expect(account().fits({ costUsd: undefined })).toEqual({
      by: "maxCostUsd",
      reason: "its price is not known",
    });
    expect(account().reserve({ attemptId: "a", costUsd: undefined })).toMatchObject({ by: "maxCostUsd" });
  });

  it("fits a call up to the bound, next to what is spent and reserved", () => {
    const one = account();
    expect(one.fits({ costUsd: 1 })).toBe(true);
    expect(one.fits({ costUsd: 1.5 })).toMatchObject({ reason: "costs up to 1.50 USD, more than 1" });
    expect(one.reserve({ attemptId: "a", costUsd: 0.5 })).toBe(true);
    expect(one.fits({ costUsd: 0.6 })).toMatchObject({
      reason: "costs up to 0.600 USD, and 0.500 of 1 USD are spent or reserved",
    });
    one.settle("a", 0.2);
    expect(one.fits({ costUsd: 0.8 })).toBe(true);
    one.reserve({ attemptId: "b", costUsd: 0.8 });
    one.release("b");
    expect(one.fits({ costUsd: 0.8 })).toBe(true);
  });

  it("keeps the estimate of a call whose cost stays unknown, and settles each attempt once", () => {
    const one = account();
    one.reserve({ attemptId: "a", costUsd: 0.5 });
    one.settle("a", undefined);
    one.settle("a", 0);
    one.release("a");
    one.settle("never reserved", 9);
    expect(one.fits({ costUsd: 0.5 })).toBe(true);
    expect(one.fits({ costUsd: 0.6 })).not.toBe(true);
  });
});

describe("the account of a request under a budget", () => {
  it("sets aside what the plan costs as far as the money goes, and gives back what was not spent", () => {
    const { ledger, usedUsd } = ledgerOf(1);
    const first = ledger.open({}, () => noon);
    first.earmark(3);
    expect(usedUsd()).toBe(1);
    expect(ledger.open({}, () => noon).fits({ costUsd: 0.1 })).toEqual({
      by: "budget",
      budget: "router-usd-day",
      reason: "costs up to 0.100 USD, 0 USD are left",
    });
    first.reserve({ attemptId: "a", costUsd: 0.4 });
    first.settle("a", 0.3);
    first.close();
    first.close();
    expect(usedUsd()).toBeCloseTo(0.3, 12);
  });

  it("shows a cost above its estimate to other requests at once", () => {
    const { ledger, usedUsd } = ledgerOf(10);
    const account = ledger.open({}, () => noon);
    account.reserve({ attemptId: "a", costUsd: 0.6 });
    account.settle("a", 2.5);
    expect(usedUsd()).toBe(2.5);
    expect(ledger.open({}, () => noon).fits({ costUsd: 8 })).not.toBe(true);
  });

  it("names the bound that refused", () => {
    const { ledger } = ledgerOf(1);
    const account = ledger.open({ maxCostUsd: 5 }, () => noon);
    expect(account.fits({ costUsd: undefined })).toMatchObject({ by: "maxCostUsd" });
    expect(account.fits({ costUsd: 2 })).toMatchObject({ by: "budget" });
    expect(account.reached({ by: "budget", budget: "router-usd-day", reason: "" })).toEqual({
      limitUsd: 1,
      description: "the budget of 1 USD per day",
      budget: "router-usd-day",
      resetsAt: Date.UTC(2026, 1, 1),
      retryAfterMs: 12 * 3_600_000,
    });
    expect(account.reached({ by: "maxCostUsd", reason: "" })).toEqual({ limitUsd: 5 });
  });

  it("never lets reservations of all requests together pass the limit, and holds nothing after they are closed", () => {
    const action = fc.record({
      request: fc.nat(3),
      kind: fc.constantFrom("reserve", "settle", "release", "earmark", "close"),
      attempt: fc.nat(5),
      usd: fc.double({ min: 0, max: 2, noNaN: true }),
    });
    fc.assert(
      fc.property(fc.array(action, { maxLength: 40 }), (actions) => {
        const { ledger, usedUsd } = ledgerOf(5);
        const accounts = Array.from({ length: 4 }, () => ledger.open({}, () => noon));
        const open = new Map<string, number>();
        let spentUsd = 0;
        const closed = new Set<number>();
        for (const { request, kind, attempt, usd } of actions) {
          const account = accounts[request];
          const attemptId = `${request}/${attempt}`;
          if (account === undefined || closed.has(request)) continue;
          if (
            kind === "reserve" &&
            !open.has(attemptId) &&
            account.reserve({ attemptId, costUsd: usd }) === true
          )
            open.set(attemptId, usd);
          // A call that costs no more than its estimate.
          if (kind === "settle" && open.has(attemptId)) {
            const costUsd = Math.min(usd, open.get(attemptId) ?? 0);
            account.settle(attemptId, costUsd);
            spentUsd += costUsd;
            open.delete(attemptId);
          }
          if (kind === "release" && open.delete(attemptId)) account.release(attemptId);
          if (kind === "earmark") account.earmark(usd);
          if (kind === "close" && ![...open.keys()].some((id) => id.startsWith(`${request}/`))) {
            account.close();
            closed.add(request);
          }
          expect(usedUsd()).toBeLessThanOrEqual(5);
        }
        for (const attemptId of open.keys()) accounts[Number(attemptId[0])]?.release(attemptId);
        for (const account of accounts) account.close();
        // Each of at most 40 costs is rounded up to a nano-dollar.
        expect(usedUsd()).toBeCloseTo(spentUsd, 7);
      }),
      { numRuns: runs(200, 10_000) },
    );
  });
});

it("a request without bounds has an account that counts nothing", () => {
  expect(createLedger({ parts: () => parts }).open({}, () => 0)).toBe(unboundedAccount);
  expect(unboundedAccount.fits({ costUsd: undefined })).toBe(true);
});
