import { describe, expect, it } from "vitest";
import { always } from "../../../policies/index.ts";
import type { Store } from "../../../src/contracts/index.ts";
import { fleet, memoryStore } from "../../../src/fleet/index.ts";
import { UsualTime } from "../../../src/fleet/records/usual-time.ts";
import { createRouter, type RouterEvent } from "../../../src/index.ts";
import { createHandler } from "../../../src/serve/http/index.ts";
import { fakeModel } from "../../../src/testing/index.ts";

const price = { usdPerMillionInputTokens: 1, usdPerMillionOutputTokens: 1 };

/** A store whose answers take `ms()` milliseconds, or reject with what that throws. */
function lateStore(ms: () => number): Store {
  const store = memoryStore();
  const late = async <T>(work: () => Promise<T>): Promise<T> => {
    const wait = ms();
    await new Promise((resolve) => setTimeout(resolve, wait));
    return work();
  };
  return {
    ...store,
    status: () => late(() => store.status()),
    quotas: {
      ...store.quotas,
      reserve: (one) => late(() => store.quotas.reserve(one)),
      settle: (one) => late(() => store.quotas.settle(one)),
    },
  };
}

function routerOver(store: Store, more: { timeoutMs?: number } = {}) {
  const events: RouterEvent[] = [];
  const router = createRouter({
    models: { small: fakeModel({ model: "small", price, maxOutputTokens: 10 }) },
    policy: always("small"),
    budgets: [{ name: "all", limitUsd: 500, period: "day" }],
    shared: fleet({ store, mode: "strict", ...more }),
    onEvent: (event) => events.push(event),
  });
  return { router, events };
}

describe("a store that is late", () => {
  it.each([1, 40, 150, 300])("by %i ms each time refuses no request", async (ms) => {
    const { router } = routerOver(lateStore(() => ms));
    for (let at = 0; at < 5; at += 1) await router.route("Hello");
    await router.close();
  });

  it("tells clients that it is the server's fault, and to come back", async () => {
    let ms = 0;
    const { router, events } = routerOver(
      lateStore(() => ms),
      { timeoutMs: 20 },
    );
    const handler = createHandler(router, { unknownModel: "auto" });
    await router.route("Hello");
    ms = 2_000;
    const body = { model: "auto", messages: [{ role: "user", content: "Hello" }], max_tokens: 9 };
    for (const path of ["/v1/chat/completions", "/v1/messages"]) {
      const reply = await handler(`http://x${path}`, { method: "POST", body: JSON.stringify(body) });
      expect(reply.status).toBe(503);
      expect(Number(reply.headers.get("retry-after"))).toBeGreaterThan(0);
      expect(reply.headers.get("x-should-retry")).toBe("true");
      const text = await reply.text();
      expect(text).toContain("did not say in time whether a budget has room");
      expect(text).not.toMatch(/quota|budget_exceeded/);
    }
    expect(events.find(({ type }) => type === "store-failed")).toMatchObject({
      error: { code: "store", message: "the store memory did not answer in time" },
    });
    await router.close();
  });

  it("or gone says why by its code, and not by its text", async () => {
    const gone = Object.assign(new Error("connect to redis://user:secret@host"), { code: "ECONNREFUSED" });
    const { router, events } = routerOver(
      lateStore(() => {
        throw gone;
      }),
    );
    await expect(router.route("Hello")).rejects.toMatchObject({ code: "store" });
    const failed = events.find(({ type }) => type === "store-failed");
    expect(failed).toMatchObject({ error: { message: "the store memory failed (ECONNREFUSED)" } });
    expect(JSON.stringify(events)).not.toContain("secret");
    await router.close();
  });
});

it("the usual time of answers follows them up, and forgets a single slow one", () => {
  const usual = new UsualTime();
  expect(usual.mostMs).toBe(0);
  for (let at = 0; at < 50; at += 1) usual.add(1);
  expect(usual.mostMs).toBeCloseTo(1, 3);
  usual.add(200);
  expect(usual.mostMs).toBeGreaterThan(200);
  for (let at = 0; at < 50; at += 1) usual.add(1);
  expect(usual.mostMs).toBeLessThan(10);
  for (let at = 0; at < 50; at += 1) usual.add(40);
  expect(usual.mostMs).toBeGreaterThanOrEqual(40);
});
