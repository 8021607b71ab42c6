import { describe, expect, it, onTestFinished, vi } from "vitest";
import { always } from "../../../policies/index.ts";
import { fleet, redisStore } from "../../../src/fleet/index.ts";
import { createRouter, type RouterEvent } from "../../../src/index.ts";
import { openaiCompatible } from "../../../src/router/providers/openai-compatible.ts";
import { serveScenario } from "../../../src/testing/index.ts";
import { type RedisServer, startRedis, withoutRedis } from "../../support/redis-server.ts";
import { scenarioAnswer } from "../../support/scenario-answer.ts";
import { wires } from "../../support/wires.ts";

const price = { usdPerMillionInputTokens: 0, usdPerMillionOutputTokens: 1_000 };
const usage = { inputTokens: 10, outputTokens: 100 };

async function redisOf(): Promise<RedisServer> {
  const redis = await startRedis();
  onTestFinished(() => redis.stop());
  return redis;
}

async function modelOf(apiKey: string) {
  const answer = scenarioAnswer({ textPieces: ["kanarienwort-answer"], usage });
  const server = await serveScenario({ type: "answer", answer }, wires.openai);
  onTestFinished(() => server.close());
  return openaiCompatible("small", { baseUrl: server.url, apiKey, price });
}

/** Returns all keys and values of a server as one text. */
async function dumpOf(redis: RedisServer): Promise<string> {
  const client = redis.connect();
  const parts: string[] = [];
  for (const key of await client.keys("*")) {
    const isHash = (await client.type(key)) === "hash";
    const value = isHash
      ? Object.entries(await client.hgetallBuffer(key))
      : [["", await client.getBuffer(key)]];
    parts.push(key, ...value.map(([field, bytes]) => `${field} ${String(bytes)}`));
  }
  return parts.join("\n");
}

describe.skipIf(withoutRedis !== undefined)(`routers that share Redis (${withoutRedis ?? "real"})`, () => {
  it.each(["leased", "strict"] as const)(
    "write and tell no text, key, or name of a tenant, session or user to it: %s",
    async (mode) => {
      const redis = await redisOf();
      const told: unknown[] = [];
      const router = createRouter({
        models: { small: await modelOf("kanarienwort-key") },
        policy: always("small"),
        budgets: [
          { name: "tenant", limitUsd: 0.25, period: "day", per: "tenant" },
          { name: "user", limitTokens: 100_000, period: "day", per: { label: "user" } },
          { name: "chat", limitUsd: 9, period: "total", per: "session" },
        ],
        execution: { limits: { tenant: { requestsPerMinute: 1_000, tokensPerMinute: 1_000_000 } } },
        shared: fleet({ store: redisStore({ client: redis.connect() }), mode, timeoutMs: 2_000 }),
        maxSessions: 10,
        onEvent: (event: RouterEvent) => void told.push(event),
      });
      onTestFinished(() => router.close());
      const ask = () =>
        router.route({
          tenant: "kanarienwort-tenant",
          session: "kanarienwort-session",
          labels: { user: "kanarienwort-user" },
          messages: [{ role: "user", content: "kanarienwort-prompt" }],
          max_completion_tokens: 100,
        });
      await ask();
      await ask();
      const error: unknown = await ask().catch((caught: unknown) => caught);
      expect(error).toMatchObject({ code: "budget-exceeded", budget: "tenant" });
      await vi.waitFor(async () => expect(await dumpOf(redis)).toContain("session"), 10_000);
      expect(await dumpOf(redis)).not.toContain("kanarienwort");
      const secrets = /kanarienwort-(prompt|answer|key)/;
      expect(JSON.stringify(told)).not.toMatch(secrets);
      expect(`${String(error)} ${JSON.stringify(error)}`).not.toMatch(secrets);
    },
  );

  it("with other limits of a budget of the same name count together, and each refuses at its own", async () => {
    const redis = await redisOf();
    const of = async (limitUsd: number) => {
      const router = createRouter({
        models: { small: await modelOf("key") },
        policy: always("small"),
        budgets: [{ name: "all", limitUsd, period: "total" }],
        shared: fleet({ store: redisStore({ client: redis.connect() }), mode: "strict", timeoutMs: 2_000 }),
      });
      onTestFinished(() => router.close());
      return router;
    };
    const [low, high] = [await of(0.3), await of(0.5)];
    const request = { messages: [{ role: "user" as const, content: "Hi" }], max_completion_tokens: 100 };
    const ends: string[] = [];
    for (const router of [low, high, low, low, high, high, high]) {
      const end = await router.route(request).then(
        () => "answered",
        (error: { code: string }) => error.code,
      );
      ends.push(end);
    }
    const [yes, no] = ["answered", "budget-exceeded"];
    expect(ends).toEqual([yes, yes, yes, no, yes, yes, no]);
  });
});
