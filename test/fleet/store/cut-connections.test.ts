import { setTimeout as sleep } from "node:timers/promises";
import { Redis } from "ioredis";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { always } from "../../../policies/index.ts";
import type { Model } from "../../../src/contracts/index.ts";
import { fleet, redisStore } from "../../../src/fleet/index.ts";
import { createRouter, isRouterError } from "../../../src/index.ts";
import { fakeModel } from "../../../src/testing/index.ts";
import { startRedis, withoutRedis } from "../../support/redis-server.ts";
import { runs } from "../../support/runs.ts";
import { startCuttingProxy } from "../../support/state/cutting-proxy.ts";

/** A dollar for the 1,000 tokens that an answer has at most. */
const price = { usdPerMillionInputTokens: 0, usdPerMillionOutputTokens: 1_000 };
const limitUsd = runs(100, 2_000);

describe.skipIf(withoutRedis !== undefined)(
  `three routers whose connections to Redis are cut and slow (${withoutRedis ?? "real"})`,
  () => {
    it.each(["strict", "leased"] as const)(
      "spend no more than the limit, and nothing is lost or counted twice: %s",
      async (mode) => {
        let state = 7;
        const random = (): number => {
          state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
          return state / 2 ** 31;
        };
        const server = await startRedis();
        onTestFinished(() => server.stop());
        const proxy = await startCuttingProxy(server.port, random);
        onTestFinished(() => proxy.close());
        let billed = 0;
        const fake = fakeModel({ model: "m" });
        const m: Model = {
          ...fake,
          price,
          defaults: { maxOutputTokens: 1_000 },
          async generate(request, options) {
            const completion = await fake.generate(request, options);
            await sleep(random() * 10);
            const limit = request.max_completion_tokens ?? request.max_tokens ?? 1_000;
            const tokens = 1 + Math.floor(random() * limit);
            billed += tokens;
            return {
              ...completion,
              usage: { prompt_tokens: 5, completion_tokens: tokens, total_tokens: 5 + tokens },
            };
          },
        };
        const routers = Array.from({ length: 3 }, () => {
          const client = new Redis({
            port: proxy.port,
            host: "127.0.0.1",
            retryStrategy: () => 20,
            maxRetriesPerRequest: null,
          });
          client.on("error", () => {});
          onTestFinished(() => client.disconnect());
          return createRouter({
            models: { m },
            policy: always("m"),
            budgets: [{ name: "all", limitUsd, period: "month" }],
            shared: fleet({ store: redisStore({ client }), mode, timeoutMs: 100 }),
          });
        });
        const until = Date.now() + runs(1_500, 15_000);
        const ask = async (router: (typeof routers)[number]): Promise<void> => {
          while (Date.now() < until)
            try {
              await router.route("Hello");
            } catch (error) {
              if (!isRouterError(error, "budget-exceeded") && !isRouterError(error, "store")) throw error;
              await sleep(10);
            }
        };
        await Promise.all(routers.flatMap((router) => Array.from({ length: 8 }, () => ask(router))));
        expect(proxy.cuts).toBeGreaterThan(0);
        expect(billed).toBeGreaterThan(0);
        proxy.heal();
        const [reader] = routers;
        const stateOf = async () => {
          const [account] = (await reader?.readBudgets().catch(() => [])) ?? [];
          return account && { used: Math.round(account.used * 1_000), open: account.open };
        };
        // What was not told is told when the store has answered again, and leases are given back once they are idle.
        await vi.waitFor(async () => expect(await stateOf()).toEqual({ used: billed, open: 0 }), {
          timeout: 30_000,
          interval: 250,
        });
        expect(billed).toBeLessThanOrEqual(limitUsd * 1_000);
        for (const router of routers) await router.close();
      },
      120_000,
    );
  },
);
