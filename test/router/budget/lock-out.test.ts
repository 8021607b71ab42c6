import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { nanoOf, usdOf } from "../../../src/router/budget/amounts.ts";
import { LocalBound } from "../../../src/router/budget/bounds.ts";
import { type BudgetOptions, resolveBudget } from "../../../src/router/budget/budget-options.ts";
import type { Periods } from "../../../src/router/budget/periods.ts";
import { createSpendBook } from "../../../src/router/budget/spend.ts";
import type { Hold } from "../../../src/router/budget/spend-hold.ts";
import { checkSpend, exportSpend } from "../../../src/router/budget/spend-state.ts";
import { createTell } from "../../../src/router/budget/tell.ts";
import { fakeModel } from "../../../src/testing/index.ts";
import { numRuns } from "../../support/runs.ts";

const noon = Date.UTC(2026, 0, 31, 12);
const hour = 3_600_000;

/** Accounts of users, with amounts in US dollars. */
function usersOf(options: Partial<BudgetOptions> = {}) {
  const resolved = resolveBudget(
    { limitUsd: 0.036, period: "day", per: { label: "user" }, ...options },
    "budget",
    { small: fakeModel() },
  );
  const budget = { ...resolved, periods: resolved.periods as Periods };
  let book = createSpendBook(budget);
  const facts = (user: string, tenant?: string) => ({ tenant, labels: { user } });
  const users = {
    open: (user: string, tenant?: string, now = noon): Hold => book.open(facts(user, tenant), now),
    /** Returns what is used of the account of a user, or what a new user begins with. */
    usedUsd: (user: string, tenant?: string, now = noon) => usdOf(book.read(facts(user, tenant), now)),
    count: () => book.owners().length,
    spend(user: string, usd: number, tenant?: string, now = noon): number {
      const hold = users.open(user, tenant, now);
      const spent = Math.max(0, Math.min(nanoOf(usd), hold.room()));
      hold.settle(spent);
      return usdOf(spent);
    },
    degrades: (user: string, tenant?: string) =>
      createTell(
        () => noon,
        () => {},
      ).state([new LocalBound(budget, users.open(user, tenant))]).degrades,
    /** Goes on in another process. */
    restart(now = noon) {
      const state = JSON.parse(JSON.stringify(exportSpend([{ budget, book }])));
      book = createSpendBook(budget);
      const [restored] = checkSpend(state, [{ budget }]);
      if (restored !== undefined) book.restore(restored, now);
    },
  };
  return users;
}

describe("more users under way at once than maxOwners", () => {
  it.each([
    [10_000, 10_050],
    [200, 250],
  ])("lock no user out with %i places and %i users: what they held is not used", (maxOwners, many) => {
    const users = usersOf({ maxOwners, degrade: { from: 0.5, to: "small" } });
    users.spend("ada", 0.0001, "a");
    const holds = Array.from({ length: many }, (_, at) => users.open(`user ${at}`, "mallory"));
    for (const hold of holds) hold.set(nanoOf(0.0359));
    // Their accounts are kept, since another one would have as much again.
    expect(users.usedUsd("user 0", "mallory")).toBe(0.0359);
    for (const restarts of [false, true]) {
      if (restarts) users.restart();
      for (let at = 0; at < 50; at += 1) {
        expect(users.usedUsd(`new ${at}`, "b")).toBeLessThanOrEqual(0.0001);
        expect(users.degrades(`new ${at}`, "b")).toBeUndefined();
      }
      expect(users.usedUsd("ada", "a")).toBe(0.0001);
    }
  });

  it("keep their accounts until they end, and no longer than a request lasts", () => {
    const users = usersOf({ maxOwners: 10 });
    const holds = Array.from({ length: 30 }, (_, at) => users.open(`user ${at}`));
    for (const hold of holds) hold.set(nanoOf(0.01));
    expect(users.count()).toBe(30);
    for (const hold of holds.slice(0, 25)) hold.settle(nanoOf(0.001));
    for (let at = 0; at < 40; at += 1) users.spend(`next ${at}`, 0.002);
    expect(users.count()).toBeLessThanOrEqual(20);
    expect(users.usedUsd("user 29")).toBe(0.01);
    for (let at = 0; at < 40; at += 1) users.spend(`later ${at}`, 0.002, undefined, noon + hour);
    expect(users.count()).toBeLessThanOrEqual(10);
  });

  it("lose nothing of what they spend where it is known only after their accounts were forgotten", () => {
    const users = usersOf({ maxOwners: 10 });
    const late = users.open("late");
    late.set(nanoOf(0.02));
    for (let at = 0; at < 40; at += 1) users.spend(`user ${at}`, 0.002, undefined, noon + hour);
    late.settle(nanoOf(0.02));
    expect(users.usedUsd("late", undefined, noon + hour)).toBeGreaterThanOrEqual(0.02);
  });
});

describe("what a request that never ended holds", () => {
  it("counts for its owner as long as the budget counts what lapses", () => {
    for (const [lapse, later] of [
      ["spend", 0.02],
      ["return", 0],
    ] as const) {
      const users = usersOf({ lapse });
      users.open("ada").set(nanoOf(0.02));
      users.open("ada", undefined, noon + hour / 4);
      expect(users.usedUsd("ada", undefined, noon + hour / 4)).toBe(0.02);
      users.open("ada", undefined, noon + hour);
      expect(users.usedUsd("ada", undefined, noon + hour)).toBe(later);
    }
  });

  it("counts what it has spent if it ends after all", () => {
    const users = usersOf({ lapse: "return" });
    const late = users.open("ada");
    late.set(nanoOf(0.02));
    users.open("ada", undefined, noon + hour);
    late.settle(nanoOf(0.015));
    expect(users.usedUsd("ada", undefined, noon + hour)).toBe(0.015);
  });
});

/** Opens accounts of new users up to the limit until new users are locked out, and returns what that has cost. */
function priceOfLockOut(maxOwners: number, tenantOf: (user: number) => string | undefined): number {
  const users = usersOf({ maxOwners, limitUsd: 1 });
  let paid = 0;
  for (let user = 0; user < 3 * maxOwners; user += 1) {
    paid += users.spend(`user ${user}`, 1, tenantOf(user));
    if (users.usedUsd(`new ${user}`, "honest") >= 1) return paid;
  }
  return Number.POSITIVE_INFINITY;
}

describe("the price of locking new owners out", () => {
  it.each([200, 1_000])(
    "is nine tenths of maxOwners times the limit with %i places, and more than all for one tenant",
    (most) => {
      expect(priceOfLockOut(most, () => "mallory")).toBe(Number.POSITIVE_INFINITY);
      expect(priceOfLockOut(most, () => undefined)).toBe(Number.POSITIVE_INFINITY);
      expect(priceOfLockOut(most, (user) => `mallory ${user % 3}`)).toBeGreaterThanOrEqual(0.9 * most);
    },
  );

  it.each([200, 1_000])(
    "is eight tenths of it for two tenants, of which one first gets its own owners to begin at the limit (%i places)",
    (most) => {
      for (const first of [0.46, 0.5, 0.75, 1, 2]) {
        const price = priceOfLockOut(most, (user) => `mallory ${user < first * most ? 0 : 1}`);
        expect(price).toBeGreaterThanOrEqual(0.8 * most);
      }
    },
  );

  it("is 45 % of it within a tenant next to others", () => {
    const users = usersOf({ maxOwners: 200, limitUsd: 1 });
    for (let user = 0; user < 99; user += 1) users.spend(`user ${user}`, 0.01, `honest ${user}`);
    let paid = 0;
    for (let user = 0; users.usedUsd(`new ${user}`, "mallory") < 1; user += 1)
      paid += users.spend(`user ${user}`, 1, "mallory");
    expect(paid).toBeGreaterThanOrEqual(90);
    expect(users.usedUsd("new", "honest")).toBeLessThanOrEqual(0.01);
  });

  it("is nine tenths of maxOwners times the limit within a tenant that has all places", () => {
    const users = usersOf({ maxOwners: 200, limitUsd: 1 });
    let paid = 0;
    for (let user = 0; users.usedUsd(`new ${user}`) < 1; user += 1) paid += users.spend(`user ${user}`, 1);
    expect(paid).toBeGreaterThanOrEqual(180);
  });
});

const step = fc.record({
  kind: fc.constantFrom(
    "open",
    "open",
    "hold",
    "settle",
    "settle",
    "spend",
    "spend",
    "spend",
    "restart",
    "wait",
  ),
  tenant: fc.nat(3),
  user: fc.nat(30),
  at: fc.nat(20),
  cents: fc.integer({ min: 0, max: 60 }),
});

it("whatever owners do, none gains by being forgotten, and none pays for what another one holds", () => {
  fc.assert(
    fc.property(
      fc.array(step, { maxLength: 200, size: "max" }),
      fc.integer({ min: 1, max: 24 }),
      (steps, maxOwners) => {
        const users = usersOf({ maxOwners, limitUsd: 0.5 });
        let now = noon;
        const underWay: { hold: Hold; key: string; held: number; since: number }[] = [];
        const spent = new Map<string, number>();
        const lost = new Map<string, number>();
        const add = (sums: Map<string, number>, key: string, cents: number) =>
          sums.set(key, (sums.get(key) ?? 0) + cents);
        for (const { kind, tenant, user, at, cents } of steps) {
          const key = `${tenant}=${user}`;
          if (kind === "open")
            underWay.push({ hold: users.open(`${user}`, `${tenant}`, now), key, held: 0, since: now });
          const one = underWay[at % Math.max(1, underWay.length)];
          if (kind === "hold" && one !== undefined) {
            one.held = Math.max(0, Math.min(cents, Math.floor(usdOf(one.hold.room()) * 100 + 1e-6)));
            one.hold.set(nanoOf(one.held / 100));
          }
          if (kind === "settle" && one !== undefined) {
            underWay.splice(underWay.indexOf(one), 1);
            const share = Math.min(one.held, cents);
            one.hold.settle(nanoOf(share / 100));
            add(spent, one.key, share);
          }
          if (kind === "spend")
            add(spent, key, Math.round(users.spend(`${user}`, cents / 100, `${tenant}`, now) * 100));
          if (kind === "restart") {
            for (const { key: whose, held } of underWay.splice(0)) add(lost, whose, held);
            users.restart(now);
          }
          // An hour in which all that is under way ends.
          if (kind === "wait" && underWay.length === 0 && lost.size === 0) now += hour / 60;
        }
        const held = new Map(lost);
        for (const { key, held: cents } of underWay) add(held, key, cents);
        const all = [...spent.values()].reduce((sum, cents) => sum + cents, 0);
        // A new owner pays for what was used alone: eight tenths of the places have used as much.
        const fresh = Math.round(users.usedUsd("new", "new", now) * 100);
        expect(fresh * Math.floor(0.8 * maxOwners)).toBeLessThanOrEqual(all);
        expect(users.count()).toBeLessThanOrEqual(
          Math.max(maxOwners, 1.1 * (maxOwners + 2 * (underWay.length + lost.size)) + 2),
        );
        for (const [key, cents] of [...spent, ...held]) {
          const [tenant = "", user = ""] = key.split("=");
          const used = Math.round(users.usedUsd(user, tenant, now) * 100);
          expect(used).toBeGreaterThanOrEqual(cents);
          expect(used).toBeGreaterThanOrEqual((spent.get(key) ?? 0) + (held.get(key) ?? 0));
        }
      },
    ),
    numRuns(3_000),
  );
});

it("one tenant, whatever it spends and holds, makes no owner of other tenants begin with more than they have used", () => {
  fc.assert(
    fc.property(
      fc.array(step, { maxLength: 200, size: "max" }),
      fc.integer({ min: 4, max: 24 }),
      (steps, maxOwners) => {
        const users = usersOf({ maxOwners, limitUsd: 0.5 });
        let honest = 0;
        const underWay: Hold[] = [];
        for (const { kind, tenant, user, at, cents } of steps) {
          const isHonest = tenant === 3;
          if (kind === "spend" && isHonest) {
            users.spend(`${user}`, cents / 1_000, `honest ${user % 3}`);
            for (let one = 0; one <= 30; one += 1)
              honest = Math.max(honest, users.usedUsd(`${user}`, `honest ${user % 3}`));
          } else if (kind === "spend") users.spend(`${user}`, 0.5, "mallory");
          else if (kind === "open") {
            const hold = users.open(`${user} under way`, "mallory");
            hold.set(Math.max(0, Math.min(nanoOf(cents / 100), hold.room())));
            underWay.push(hold);
          } else if (kind === "settle") underWay.splice(at % Math.max(1, underWay.length), 1)[0]?.settle(0);
          else if (kind === "restart") users.restart();
          expect(users.usedUsd("new", "another")).toBeLessThanOrEqual(honest);
        }
      },
    ),
    numRuns(3_000),
  );
});
