import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Account } from "../../../src/contracts/ports/index.ts";
import { resolveFleetOptions } from "../../../src/fleet/fleet-options.ts";
import { createQuotaDesk } from "../../../src/fleet/quotas/quota-desk.ts";
import { memoryStore } from "../../../src/fleet/store/memory.ts";
import { createClock } from "../../../src/plugin/clock.ts";
import * as parts from "../../../src/router/budget/account-parts.ts";
import { nanoOf } from "../../../src/router/budget/amounts.ts";
import { resolveBudgets } from "../../../src/router/budget/budget-options.ts";
import { createLedger } from "../../../src/router/budget/ledger.ts";
import { numRuns } from "../../support/runs.ts";
import { readBudget } from "../../support/shared-budget.ts";

const noon = Date.UTC(2026, 0, 31, 12);
const now = () => noon;
const budgets = resolveBudgets(
  [
    { name: "all", limitUsd: 5, period: "day" },
    { name: "tenant", limitUsd: 2, period: "month", per: "tenant", timeZone: "Europe/Berlin" },
    { name: "tokens", limitTokens: 1_000, period: "total", per: "tenant", lapse: "return" },
    { name: "user", limitUsd: 1.5, period: "hour", per: { label: "user" } },
    { name: "one", limitUsd: 1, period: "request" },
  ],
  {},
);
const tenants = ["a", "b"];
const users = ["u", "v"];
const facts = (request: number) => ({
  tenant: tenants[request % 2],
  labels: { user: users[Math.floor(request / 2) % 2] ?? "" },
});

/** A ledger of the budgets: of this process, or over a store that is asked before each call or leased from. */
function worldOf(mode: "local" | "strict" | "leased") {
  if (mode === "local") {
    const ledger = createLedger({ parts: () => parts, budgets, now });
    const used = async (name: string, request: number) =>
      ledger
        .open(facts(request), now)
        .state()
        ?.budgets.find((one) => one.name === name)?.used ?? 0;
    return { ledger, used, open: async () => 0, end: async () => {} };
  }
  const store = memoryStore({ now });
  const shared = resolveFleetOptions("fleet", { store, mode, timeoutMs: 60_000 });
  const clock = createClock(now, () => 0);
  const desk = createQuotaDesk({ shared, clock, emit: () => {} });
  const ledger = createLedger({ parts: () => parts, budgets, desk, now });
  const state = (name: string, request: number) => {
    const budget = budgets.find((one) => one.name === name);
    if (budget === undefined) throw new Error(`no budget ${name}`);
    return readBudget(store, { namespace: shared.namespace, budget, owner: facts(request) });
  };
  return {
    ledger,
    used: async (name: string, request: number) => {
      const { used, open } = await state(name, request);
      // What a lease holds is within the limit, too.
      return used + open;
    },
    open: async (name: string, request: number) => (await state(name, request)).open,
    end: () => desk.close(),
  };
}

const limits = { all: 5, tenant: 2, tokens: 1_000, user: 1.5 };
const requests = [0, 1, 2, 3, 4, 5];

const action = fc.record({
  request: fc.nat(5),
  kind: fc.constantFrom("reserve", "reserve", "extend", "settle", "fail", "lost", "earmark", "close"),
  attempt: fc.nat(3),
  milliUsd: fc.nat(1_200),
  tokens: fc.nat(400),
  share: fc.nat(100),
});

describe.each(["local", "strict", "leased"] as const)("several budgets, %s", (mode) => {
  it("together never pass a limit, and hold nothing once all requests have ended", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(action, { maxLength: 40 }), async (actions) => {
        const world = worldOf(mode);
        const accounts = requests.map((request) => world.ledger.open(facts(request), now));
        const open = new Map<string, { nano: number; tokens: number; request: number }>();
        const spent = requests.map(() => ({ nano: 0, tokens: 0 }));
        const closed = new Set<number>();
        const end = (id: string, share: number | undefined) => {
          const held = open.get(id);
          if (held === undefined) return;
          open.delete(id);
          const nano = share === undefined ? held.nano : Math.floor((held.nano * share) / 100);
          const tokens = share === undefined ? held.tokens : Math.floor((held.tokens * share) / 100);
          const sum = spent[held.request] as { nano: number; tokens: number };
          sum.nano += nano;
          sum.tokens += tokens;
          const account = accounts[held.request] as Account;
          if (share === undefined) account.settle(id, undefined);
          else account.settle(id, nano / 1e9, tokens);
          // A message that comes twice changes nothing.
          account.settle(id, 9, 9);
        };
        for (const { request, kind, attempt, milliUsd, tokens, share } of actions) {
          const account = accounts[request] as Account;
          const id = `${request}/${attempt}`;
          const isOpen = open.has(id);
          if (closed.has(request) && kind !== "settle" && kind !== "fail" && kind !== "lost") continue;
          if ((kind === "reserve" && !isOpen) || (kind === "extend" && isOpen)) {
            const more = { attemptId: id, costUsd: milliUsd / 1_000, tokens };
            if ((await account.reserve(more)) === true) {
              const held = open.get(id) ?? { nano: 0, tokens: 0, request };
              open.set(id, {
                nano: held.nano + nanoOf(milliUsd / 1_000),
                tokens: held.tokens + tokens,
                request,
              });
            }
          }
          if (kind === "settle") end(id, share);
          if (kind === "fail") end(id, 0);
          if (kind === "lost") end(id, undefined);
          if (kind === "earmark") account.earmark(milliUsd / 1_000);
          if (kind === "close") {
            account.close();
            closed.add(request);
          }
          for (const [name, limit] of Object.entries(limits))
            for (const one of [0, 1, 2, 3]) expect(await world.used(name, one)).toBeLessThanOrEqual(limit);
          for (const { nano } of spent) expect(nano).toBeLessThanOrEqual(1e9);
        }
        for (const id of [...open.keys()]) end(id, 50);
        for (const account of accounts) account.close();
        await world.end();
        const sumOf = (of: (request: number) => boolean, unit: "nano" | "tokens") =>
          spent.reduce((sum, one, request) => sum + (of(request) ? one[unit] : 0), 0);
        const isTenant = (one: number) => (request: number) => request % 2 === one % 2;
        const isUser = (one: number) => (request: number) =>
          isTenant(one)(request) && Math.floor(request / 2) % 2 === Math.floor(one / 2) % 2;
        for (const one of [0, 1, 2, 3]) {
          for (const name of Object.keys(limits)) expect(await world.open(name, one)).toBe(0);
          expect(await world.used("all", one)).toBe(sumOf(() => true, "nano") / 1e9);
          expect(await world.used("tenant", one)).toBe(sumOf(isTenant(one), "nano") / 1e9);
          expect(await world.used("user", one)).toBe(sumOf(isUser(one), "nano") / 1e9);
          expect(await world.used("tokens", one)).toBe(sumOf(isTenant(one), "tokens"));
        }
      }),
      numRuns(1_000),
    );
  });
});
