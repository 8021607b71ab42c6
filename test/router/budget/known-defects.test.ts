import { readFileSync } from "node:fs";
import { afterEach, describe, expect, it, vi } from "vitest";
import { always } from "../../../policies/index.ts";
import type { Model, Store } from "../../../src/contracts/index.ts";
import { StoreError } from "../../../src/contracts/index.ts";
import { fleet, memoryStore } from "../../../src/fleet/index.ts";
import { type BudgetOptions, createRouter, type RouterEvent } from "../../../src/index.ts";
import { anthropic } from "../../../src/router/providers/anthropic.ts";
import { fakeModel, type ScenarioServer } from "../../../src/testing/index.ts";
import { serveEvents, sse } from "../../support/anthropic-server.ts";

const question = { messages: [{ role: "user" as const, content: "Hello" }] };
const usd = (perMillionIn: number, perMillionOut: number) => ({
  usdPerMillionInputTokens: perMillionIn,
  usdPerMillionOutputTokens: perMillionOut,
});
/** A model of which every answer costs 3 dollars, the most that it can cost. */
const threeUsd: Model = {
  ...fakeModel({ model: "small", usage: { inputTokens: 5, outputTokens: 1_000 } }),
  price: usd(0, 3_000),
  defaults: { maxOutputTokens: 1_000 },
};

function routerOn(
  budgets: readonly BudgetOptions<"small">[],
  options: {
    readonly store?: Store;
    readonly mode?: "leased" | "strict";
    readonly model?: Model;
    readonly onEvent?: (event: RouterEvent) => void;
    readonly clock?: () => number;
  } = {},
) {
  const { store, mode = "strict", model = threeUsd, onEvent, clock } = options;
  const router = createRouter({
    models: { small: model },
    policy: always("small"),
    budgets,
    ...(store === undefined ? {} : { shared: fleet({ store, mode, timeoutMs: 2_000 }) }),
    ...(onEvent === undefined ? {} : { onEvent }),
    ...(clock === undefined ? {} : { clock }),
  });
  closing.push(() => router.close());
  return router;
}

let closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.reverse()) await close();
  closing = [];
});

/** Sends requests and counts the answers; every other one must have been refused by a budget. */
async function answered(sent: readonly Promise<unknown>[]): Promise<number> {
  const ends = await Promise.allSettled(sent);
  for (const end of ends)
    if (end.status === "rejected") expect(end.reason).toMatchObject({ code: "budget-exceeded" });
  return ends.filter(({ status }) => status === "fulfilled").length;
}

const router30: BudgetOptions<"small"> = { name: "all", limitUsd: 30, period: "month" };

describe("defects of budgets that were reported elsewhere", () => {
  it("reserves a long prompt at the rate of its tier, so that five at once stay within the budget", async () => {
    const model: Model = {
      ...fakeModel({ model: "small", usage: { inputTokens: 3_005, outputTokens: 10 } }),
      price: { ...usd(2, 0.1), tiers: [{ aboveInputTokens: 2_000, ...usd(40, 0.1) }] },
      defaults: { maxOutputTokens: 100 },
    };
    const router = routerOn([{ name: "all", limitUsd: 0.45, period: "day" }], { model });
    const long = { messages: [{ role: "user" as const, content: "word ".repeat(3_000) }] };
    expect(await answered(Array.from({ length: 5 }, () => router.route(long)))).toBe(3);
    const [account] = await router.readBudgets();
    expect(account?.used).toBeLessThanOrEqual(0.45);
    expect(account?.used).toBeGreaterThan(0.36);
  });

  it("writes a cost that the store did not take as soon as it answers again", async () => {
    const store = memoryStore();
    let fails = true;
    const failing: Store = {
      ...store,
      quotas: {
        ...store.quotas,
        settle: async (settlement) => {
          if (fails) throw new StoreError("memory", "failed", "is down");
          return store.quotas.settle(settlement);
        },
      },
    };
    const router = routerOn([router30], { store: failing });
    await router.route(question);
    const other = routerOn([router30], { store });
    const [before] = await other.readBudgets();
    // Not yet settled, but reserved: no other process can spend it.
    expect((before?.used ?? 0) + (before?.open ?? 0)).toBe(3);
    fails = false;
    await vi.waitFor(
      async () => expect(await other.readBudgets()).toMatchObject([{ used: 3, open: 0 }]),
      15_000,
    );
  });

  it("refuses while the store does not answer, says so, and goes on when it is back", async () => {
    const store = memoryStore();
    let isDown = false;
    const down = async <T>(work: () => Promise<T>): Promise<T> => {
      if (isDown) throw new StoreError("memory", "failed", "is down");
      return work();
    };
    const shaky: Store = {
      ...store,
      status: () => down(() => store.status()),
      quotas: {
        ...store.quotas,
        reserve: (one) => down(() => store.quotas.reserve(one)),
        settle: (one) => down(() => store.quotas.settle(one)),
      },
    };
    const events: RouterEvent[] = [];
    const router = routerOn([router30], { store: shaky, onEvent: (event) => events.push(event) });
    await router.route(question);
    isDown = true;
    await expect(router.route(question)).rejects.toMatchObject({ code: "store", problem: "late" });
    expect(events.some(({ type }) => type === "store-failed")).toBe(true);
    isDown = false;
    await vi.waitFor(() => router.route(question), 15_000);
    expect(events.some(({ type }) => type === "store-recovered")).toBe(true);
  });

  it.each(["leased", "strict"] as const)(
    "lets every process see a reset within a second (%s)",
    async (mode) => {
      const store = memoryStore();
      const [one, other] = [routerOn([router30], { store, mode }), routerOn([router30], { store, mode })];
      const used = await answered(Array.from({ length: 12 }, () => one.route(question)));
      expect(used).toBeGreaterThan(7);
      expect(await answered(Array.from({ length: 3 }, () => other.route(question)))).toBe(10 - used);
      expect(await answered([one.route(question), other.route(question)])).toBe(0);
      await one.resetBudget({ name: "all" });
      for (const router of [one, other])
        await vi.waitFor(async () => expect(await answered([router.route(question)])).toBe(1), 10_000);
    },
  );

  it("counts a stream of Anthropic's messages once, as its bill does", async () => {
    const usage = { input_tokens: 1_000, cache_creation_input_tokens: 0, cache_read_input_tokens: 4_000 };
    const events = [
      {
        type: "message_start",
        message: {
          id: "msg_1",
          type: "message",
          role: "assistant",
          model: "claude-x",
          content: [],
          stop_reason: null,
          stop_sequence: null,
          usage: { ...usage, output_tokens: 1 },
        },
      },
      { type: "content_block_start", index: 0, content_block: { type: "text", text: "" } },
      { type: "content_block_delta", index: 0, delta: { type: "text_delta", text: "Hi" } },
      { type: "content_block_stop", index: 0 },
      {
        type: "message_delta",
        delta: { stop_reason: "end_turn", stop_sequence: null },
        usage: { ...usage, output_tokens: 500 },
      },
      { type: "message_stop" },
    ];
    const server: ScenarioServer = await serveEvents(events.map(sse));
    closing.push(async () => server.close());
    const model = anthropic("claude-x", {
      apiKey: "key",
      baseUrl: server.url,
      price: { ...usd(10, 50), usdPerMillionCachedInputTokens: 1 },
    });
    const router = routerOn([router30], { model: model as Model });
    const stream = router.stream(question);
    for await (const _ of stream);
    const { costUsd } = await stream.result;
    // 1,000 x 10 + 4,000 x 1 + 500 x 50 dollars a million.
    expect(costUsd).toBeCloseTo(0.039, 12);
    expect(await router.readBudgets()).toMatchObject([{ used: 0.039, open: 0 }]);
  });

  it("refuses nothing within the budget in a single process without a store", async () => {
    const router = routerOn([router30]);
    for (let call = 0; call < 10; call += 1) await router.route(question);
    expect(await router.readBudgets()).toMatchObject([{ used: 30, open: 0 }]);
    expect(await answered([router.route(question)])).toBe(0);
  });

  it.each<[string, Partial<BudgetOptions<"small">>]>([
    ["the router", {}],
    ["a tenant", { per: "tenant" }],
    ["a session", { per: "session" }],
    ["a label", { per: { label: "key" } }],
  ])("enforces a budget of %s, next to one that has room", async (_, of) => {
    const wide: BudgetOptions<"small"> = { name: "wide", limitUsd: 1_000, period: "month" };
    const request = { ...question, tenant: "acme", session: "s", labels: { key: "k" } };
    for (const store of [undefined, memoryStore()]) {
      const router = routerOn([wide, { ...router30, ...of }], store === undefined ? {} : { store });
      expect(await answered(Array.from({ length: 33 }, () => router.route(request)))).toBe(10);
    }
  });

  it("keeps what was used until the period ends, however long nothing is asked", async () => {
    let now = Date.parse("2026-11-02T00:00:00Z");
    const store = memoryStore({ now: () => now });
    const first = routerOn([router30], { store, clock: () => now });
    for (let call = 0; call < 10; call += 1) await first.route(question);
    await first.close();
    now = Date.parse("2026-11-30T23:00:00Z");
    const later = routerOn([router30], { store, clock: () => now });
    expect(await later.readBudgets()).toMatchObject([{ used: 30 }]);
    expect(await answered([later.route(question)])).toBe(0);
    now = Date.parse("2026-12-01T00:00:01Z");
    const next = routerOn([router30], { store, clock: () => now });
    expect(await answered([next.route(question)])).toBe(1);
    expect(await next.readBudgets()).toMatchObject([{ used: 3 }]);
  });

  it.each(["leased", "strict"] as const)(
    "never passes the limit for a moment, with requests of five processes at once (%s)",
    async (mode) => {
      const store = memoryStore();
      let most = 0;
      const model: Model = {
        ...threeUsd,
        generate: async (request, options) => {
          const [account] = (await routers[0]?.readBudgets()) ?? [];
          most = Math.max(most, (account?.used ?? 0) + (account?.open ?? 0));
          return threeUsd.generate(request, options);
        },
      };
      const routers = Array.from({ length: 5 }, () => routerOn([router30], { store, mode, model }));
      const sent = Array.from(
        { length: 50 },
        (_, at) => routers[at % 5]?.route(question) ?? Promise.reject(),
      );
      const answers = await answered(sent);
      expect(answers).toBeGreaterThan(0);
      expect(answers).toBeLessThanOrEqual(10);
      expect(most).toBeLessThanOrEqual(30);
    },
  );
});

describe("the table of docs/money.md", () => {
  it("names a test of this file in every row", () => {
    const page = readFileSync(new URL("../../../docs/money.md", import.meta.url), "utf8");
    const tests = readFileSync(import.meta.filename, "utf8");
    const rows = page.split("\n").filter((line) => /^\| \d \|/.test(line));
    expect(rows).toHaveLength(9);
    for (const row of rows) {
      const name = row.split("|").at(-2)?.trim() ?? "";
      expect(tests).toContain(`"${name}"`);
    }
  });
});
