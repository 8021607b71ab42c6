import { describe, expect, it } from "vitest";
import { always } from "../../../policies/index.ts";
import { fleet, memoryStore } from "../../../src/fleet/index.ts";
import { createRouter } from "../../../src/index.ts";
import { fakeModel } from "../../../src/testing/index.ts";

const price = { usdPerMillionInputTokens: 75, usdPerMillionOutputTokens: 1_500 };
const defaults = { maxOutputTokens: 100 };
const messages = [{ role: "user" as const, content: "Hello" }];

describe("a server that bills a billion tokens an answer", () => {
  it.each(["strict", "leased"] as const)(
    "fills a budget that refuses nothing, and neither the store nor others fail by it (%s)",
    async (mode) => {
      const events: string[] = [];
      const store = memoryStore();
      const router = createRouter({
        models: {
          lies: {
            ...fakeModel({ model: "lies", usage: { inputTokens: 1e9, outputTokens: 1e9 } }),
            price,
            defaults,
          },
          good: {
            ...fakeModel({ model: "good", usage: { inputTokens: 10, outputTokens: 5 } }),
            price,
            defaults,
          },
        },
        policy: always("lies"),
        budgets: [
          { name: "soft", limitUsd: 1_000, period: "month", onReached: "degrade", degrade: { to: "good" } },
          { name: "tenant", limitUsd: 0.3, period: "month", per: "tenant" },
        ],
        shared: fleet({ store, mode, timeoutMs: 5_000 }),
        onEvent: ({ type }) => void events.push(type),
      });
      // 1,575,000 dollars each: ten are more than can be counted exactly.
      for (let at = 0; at < 10; at += 1)
        await router.route({ messages, model: "lies", tenant: `liar ${at}` });
      for (let at = 0; at < 5; at += 1) {
        const { decision } = await router.route({ messages, tenant: `honest ${at}` });
        expect(decision.model).toBe("good");
      }
      await expect(router.route({ messages, tenant: "liar 1" })).rejects.toMatchObject({
        code: "budget-exceeded",
        budget: "tenant",
      });
      expect(events).not.toContain("store-failed");
      await router.close();
      const accounts = [await router.readBudgets(), await router.readBudgets({ tenant: "liar 1" })].flat();
      expect(accounts).toMatchObject([
        { name: "soft", used: 9_007_199.254740991 },
        { name: "tenant", used: 1_575_000 },
      ]);
    },
  );
});
