import { expect, it, onTestFinished } from "vitest";
import { always, sticky } from "../../../policies/index.ts";
import { fleet, redisStore } from "../../../src/fleet/index.ts";
import { createRouter } from "../../../src/index.ts";
import { fakeModel } from "../../../src/testing/index.ts";
import { startRedis, withoutRedis } from "../../support/redis-server.ts";

const price = { usdPerMillionInputTokens: 1, usdPerMillionOutputTokens: 1 };

it.skipIf(withoutRedis !== undefined)(
  `all keys in Redis have the namespace, one hash tag and an end (${withoutRedis ?? "real"})`,
  async () => {
    const server = await startRedis();
    onTestFinished(() => server.stop());
    const client = server.connect();
    for (const mode of ["strict", "leased"] as const) {
      const router = createRouter({
        models: { m: fakeModel({ model: "m", price }) },
        policy: sticky(always("m")),
        budgets: [
          { name: "ever", limitUsd: 1, period: "total" },
          { name: "month", limitTokens: 1_000_000, period: "month", per: { label: "user" } },
        ],
        execution: { limits: { tenant: { requestsPerMinute: 1_000 } } },
        shared: fleet({ store: redisStore({ client, namespace: "shop" }), mode, timeoutMs: 5_000 }),
      });
      for (const user of ["ada", "{other}:user"])
        await router.route({
          messages: [{ role: "user", content: "Hello" }],
          tenant: "{tag}",
          session: "{s}",
          labels: { user },
        });
      await router.resetBudget({ name: "ever" });
      // One reservation stays open.
      const open = router.stream({ messages: [{ role: "user", content: "Hello" }] });
      await open.decision;
      await router.close();
    }
    const keys = await client.keys("*");
    expect(keys.length).toBeGreaterThan(8);
    for (const key of keys) {
      expect(key.startsWith("{shop}:")).toBe(true);
      expect([key, (await client.pttl(key)) > 0]).toEqual([key, true]);
    }
  },
);
