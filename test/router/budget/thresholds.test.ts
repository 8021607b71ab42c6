import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { always } from "../../../policies/index.ts";
import type { BudgetNews } from "../../../src/contracts/index.ts";
import { fleet, memoryStore } from "../../../src/fleet/index.ts";
import { type BudgetOptions, createRouter } from "../../../src/index.ts";
import * as parts from "../../../src/router/budget/account-parts.ts";
import { nanoOf } from "../../../src/router/budget/amounts.ts";
import { resolveBudgets } from "../../../src/router/budget/budget-options.ts";
import { createLedger } from "../../../src/router/budget/ledger.ts";
import { checkSpend, exportSpend } from "../../../src/router/budget/spend-state.ts";
import { prometheus } from "../../../src/serve/metrics/prometheus/prometheus.ts";
import { newsOf } from "../../../src/serve/status/news-of.ts";
import { fakeModel } from "../../../src/testing/index.ts";
import { numRuns } from "../../support/runs.ts";
import { openDesk, settled } from "../../support/shared/desk-world.ts";

const noon = Date.UTC(2026, 0, 31, 12);
const dayMs = 86_400_000;
const thresholds = [0.95, 0.5, 0.8];
const daily = { name: "tenant", limitUsd: 1, period: "day", per: "tenant", thresholds } as const;
const question = { messages: [{ role: "user" as const, content: "Hello" }], max_completion_tokens: 100 };
/** Each answer costs 0.1 USD. */
const model = () =>
  fakeModel({
    model: "m",
    price: { usdPerMillionInputTokens: 0, usdPerMillionOutputTokens: 1_000 },
    usage: { inputTokens: 10, outputTokens: 100 },
  });

function routerOf(budget: BudgetOptions<"m">, more: object = {}) {
  const news: BudgetNews[] = [];
  const router = createRouter({
    models: { m: model() },
    policy: always("m"),
    budgets: [budget],
    onEvent: (event) => {
      if (event.type === "budget-threshold") news.push(event);
    },
    ...more,
  });
  const ask = (tenant = "t") => router.route({ ...question, tenant });
  return { router, news, ask };
}

describe("thresholds of a budget", () => {
  it("are told of once, with use, limit, owner and end of the period", async () => {
    const { news, ask } = routerOf(daily, { clock: () => noon });
    for (let count = 0; count < 10; count += 1) await ask();
    expect(news.map(({ share, used }) => [share, used])).toEqual([
      [0.5, 0.5],
      [0.8, 0.8],
      [0.95, 1],
    ]);
    expect(news[1]).toEqual({
      type: "budget-threshold",
      name: "tenant",
      unit: "usd",
      used: 0.8,
      limit: 1,
      resetsAt: Date.UTC(2026, 1, 1),
      tenant: "t",
      owner: undefined,
      share: 0.8,
      reason: "80 % of the tenant's budget of 1 USD per day are used",
    });
  });

  it("that one request passes together are each told of", async () => {
    const { news, ask } = routerOf({ ...daily, limitUsd: 0.1 });
    await ask();
    expect(news.map(({ share }) => share)).toEqual([0.5, 0.8, 0.95]);
  });

  it("are those of what is used: what is held counts nothing", async () => {
    const { router, news } = routerOf(daily);
    const asked = Array.from({ length: 9 }, () => router.route({ ...question, tenant: "t" }));
    const seen: number[] = [];
    await Promise.all(asked.map((one) => one.then(() => seen.push(news.length))));
    expect(news.every(({ used, share = 1 }) => used >= share)).toBe(true);
    expect(news.map(({ share }) => share)).toEqual([0.5, 0.8]);
  });

  it("are not told of again after a restart with the state or a reset", async () => {
    const before = routerOf(daily);
    for (let count = 0; count < 6; count += 1) await before.ask();
    const after = routerOf(daily);
    after.router.restoreState(before.router.exportState());
    await after.ask();
    expect(after.news).toEqual([]);
    await after.router.resetBudget({ name: "tenant", tenant: "t" });
    for (let count = 0; count < 8; count += 1) await after.ask();
    expect(after.news.map(({ share }) => share)).toEqual([0.8]);
  });

  it.each([
    [{ thresholds: [0] }, "thresholds[0]"],
    [{ thresholds: [1.1] }, "thresholds[0]"],
    [{ thresholds: 0.5 }, "thresholds"],
    [{ thresholds: Array.from({ length: 17 }, () => 0.5) }, "thresholds"],
    [{ period: "request", per: "router", thresholds: [0.5] }, "thresholds"],
  ])("are refused where they say nothing: %j", (more, option) => {
    const budgets = [{ ...daily, ...more }];
    expect(() => resolveBudgets(budgets, {})).toThrow(
      expect.objectContaining({ option: `budgets[0].${option}` }),
    );
  });

  it("are news on the status page and a count of the metrics", async () => {
    const { router, news, ask } = routerOf(daily);
    const metrics = prometheus(router);
    for (let count = 0; count < 5; count += 1) await ask();
    expect(news.map((one) => newsOf(one)?.text)).toEqual(["Budget tenant: 50.0 % are used"]);
    expect(await metrics.text()).toContain(
      'switchpoint_budget_news_total{budget="tenant",kind="threshold"} 1',
    );
  });

  const step = fc.record({
    tenant: fc.constantFrom("a", "b", "c"),
    kind: fc.constantFrom("begin", "end", "end", "lost", "day", "restart"),
    milliUsd: fc.nat(400),
    share: fc.nat(100),
  });
  const shares = fc.uniqueArray(
    fc.integer({ min: 1, max: 100 }).map((percent) => percent / 100),
    {
      minLength: 1,
      maxLength: 5,
    },
  );

  it("are told of once each, as soon as a request has ended with that much used and never before", () => {
    fc.assert(
      fc.property(shares, fc.array(step, { maxLength: 60 }), (watched, steps) => {
        let now = noon;
        const told = new Map<string, number>();
        const onNews = ({ type, tenant, share = 0, used, resetsAt }: BudgetNews) => {
          if (type !== "budget-threshold") return;
          const key = `${tenant} ${resetsAt} ${share}`;
          told.set(key, (told.get(key) ?? 0) + 1);
          expect(nanoOf(used)).toBeGreaterThanOrEqual(Math.round(share * 1e9));
        };
        const budgets = resolveBudgets(
          [{ ...daily, thresholds: watched, onReached: "degrade", degrade: { to: "m" } }],
          {
            m: model(),
          },
        );
        const make = () => createLedger({ parts: () => parts, budgets, now: () => now, onNews });
        let ledger = make();
        const open: { key: string; end: (spent: number | undefined) => void; most: number }[] = [];
        const used = new Map<string, number>();
        let count = 0;
        const endOfDay = () => (Math.floor(now / dayMs) + 1) * dayMs;
        for (const { tenant, kind, milliUsd, share } of steps) {
          count += 1;
          if (kind === "begin") {
            const account = ledger.open({ tenant }, () => now);
            account.reserve({ attemptId: `${count}`, costUsd: milliUsd / 1_000 });
            const id = `${count}`;
            open.push({
              key: `${tenant} ${endOfDay()}`,
              most: nanoOf(milliUsd / 1_000),
              end(spent) {
                account.settle(id, spent === undefined ? undefined : spent / 1e9);
                account.close();
              },
            });
          } else if (kind === "day") now += dayMs / 3;
          else if (kind === "restart" && open.length === 0) {
            const state = exportSpend(ledger.kept);
            ledger = make();
            const [kept] = ledger.kept;
            kept?.book.restore(checkSpend(state, ledger.kept)[0] ?? { accounts: [], floors: [] }, now);
          } else {
            const one = open.shift();
            if (one === undefined) continue;
            const spent = kind === "lost" ? one.most : Math.floor((one.most * share) / 100);
            used.set(one.key, (used.get(one.key) ?? 0) + spent);
            one.end(kind === "lost" ? undefined : spent);
          }
          for (const [key, amount] of used)
            for (const one of watched)
              expect(told.get(`${key} ${one}`) ?? 0).toBe(amount >= Math.round(one * 1e9) ? 1 : 0);
        }
      }),
      numRuns(300),
    );
  });

  it.each(["strict", "leased"] as const)(
    "are told of once by all processes of a store together, and never before the store knows (%s)",
    async (mode) => {
      await fc.assert(
        fc.asyncProperty(
          shares,
          fc.array(fc.record({ process: fc.nat(2), milliUsd: fc.nat(300), together: fc.boolean() }), {
            maxLength: 25,
          }),
          async (watched, steps) => {
            const store = memoryStore({ now: () => noon });
            const told: number[] = [];
            const budgets = resolveBudgets([{ ...daily, per: "router", thresholds: watched }], {});
            const processes = [0, 1, 2].map(() => {
              const desk = openDesk({ store, mode, wall: () => noon, timeoutMs: 60_000 });
              const onNews = ({ type, share = 0, used }: BudgetNews) => {
                if (type !== "budget-threshold") return;
                told.push(share);
                expect(nanoOf(used)).toBeGreaterThanOrEqual(Math.round(share * 1e9));
              };
              return {
                desk,
                ledger: createLedger({ parts: () => parts, budgets, desk, now: () => noon, onNews }),
              };
            });
            let count = 0;
            let spent = 0;
            let waiting: Promise<unknown>[] = [];
            for (const { process, milliUsd, together } of steps) {
              const { ledger } = processes[process] as (typeof processes)[0];
              const account = ledger.open({}, () => noon);
              count += 1;
              const attemptId = `${process}-${count}`;
              const run = async () => {
                const paid = await account.reserve({ attemptId, costUsd: milliUsd / 1_000 });
                if (paid === true) {
                  spent += nanoOf(milliUsd / 1_000);
                  account.settle(attemptId, milliUsd / 1_000);
                }
                account.close();
              };
              waiting.push(run());
              if (together) continue;
              await Promise.all(waiting);
              await settled();
              waiting = [];
              // A process leases ahead, and tells later what it has spent of that.
              if (mode === "strict")
                expect([...told].sort()).toEqual(
                  watched.filter((one) => spent >= Math.round(one * 1e9)).sort(),
                );
            }
            await Promise.all(waiting);
            await settled();
            expect(new Set(told).size).toBe(told.length);
            for (const share of told) expect(spent).toBeGreaterThanOrEqual(Math.round(share * 1e9));
            for (const { desk } of processes) await desk.close();
          },
        ),
        numRuns(60),
      );
    },
    60_000,
  );

  it("are told of once by routers of one store, also by one that comes later", async () => {
    const store = memoryStore();
    const budget = { ...daily, per: "router" } as const;
    const make = () => routerOf(budget, { shared: fleet({ store, mode: "strict", timeoutMs: 10_000 }) });
    const [first, second] = [make(), make()];
    for (let count = 0; count < 4; count += 1) {
      await first.ask();
      await second.ask();
      await settled();
    }
    await first.router.close();
    const third = make();
    await third.ask();
    await settled();
    const all = [...first.news, ...second.news, ...third.news].map(({ share }) => share);
    expect(all.sort()).toEqual([0.5, 0.8]);
    await Promise.all([second.router.close(), third.router.close()]);
  });
});
