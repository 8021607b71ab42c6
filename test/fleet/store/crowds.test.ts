import { spawn } from "node:child_process";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { QuotaLimit } from "../../../src/contracts/index.ts";
import { redisStore } from "../../../src/fleet/store/redis.ts";
import { nodeArguments } from "../../support/node-arguments.ts";
import { type RedisServer, startRedis, withoutRedis } from "../../support/redis-server.ts";
import { runs } from "../../support/runs.ts";
import type { Crowd } from "../../support/shared/crowded-limit.ts";

interface Ended {
  readonly grants: readonly (readonly [at: number, spent: number])[];
  readonly longestMs: number;
}

function runProcess(
  port: number,
  mode: string,
  name: string,
  crowd: Crowd & { readonly limit: QuotaLimit; readonly runMs: number },
): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const args = nodeArguments(
      "test/support/crowd-process.ts",
      String(port),
      mode,
      name,
      JSON.stringify(crowd),
    );
    const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
    let text = "";
    child.stdout.on("data", (chunk) => {
      text += chunk;
    });
    child.on("error", reject);
    child.on("close", (code) =>
      code === 0 ? resolve(JSON.parse(text) as Ended) : reject(new Error(`ended with ${code}`)),
    );
  });
}

const spentOf = (all: readonly Ended[]): number =>
  all.flatMap(({ grants }) => grants).reduce((sum, [, spent]) => sum + spent, 0);

describe.skipIf(withoutRedis !== undefined)(
  `processes at one limit in Redis (${withoutRedis ?? "real"})`,
  () => {
    let redis: RedisServer;
    beforeAll(async () => {
      redis = await startRedis();
    });
    afterAll(() => redis.stop());
    beforeEach(() => redis.connect().flushall());

    const caller: Crowd = { callers: 1, amount: 50, spends: 1, callMs: 100, pauseMs: 0, retryMs: 300 };
    const runMs = runs(20_000, 120_000);

    it("leased: a slow process has its turn next to a busy one", { timeout: 900_000 }, async () => {
      const limit = { key: "rate", limit: 500, refillPerMs: 0.1 };
      const [busy, slow] = await Promise.all([
        runProcess(redis.port, "leased", "busy", { ...caller, callers: 20, limit, runMs }),
        runProcess(redis.port, "leased", "slow", {
          ...caller,
          pauseMs: 1_000,
          startsMs: 3_000,
          limit,
          runMs,
        }),
      ]);
      if (process.env["SWITCHPOINT_RUNS"] === "full")
        console.log(`busy ${busy.grants.length}, slow ${slow.grants.length}, longest ${slow.longestMs} ms`);
      expect(slow.grants.length).toBeGreaterThan(1);
      expect(slow.longestMs).toBeLessThanOrEqual(10_000);
      // Turns cost nothing of the rate.
      const all = spentOf([busy, slow]);
      expect(all).toBeGreaterThanOrEqual(0.1 * runMs * 0.8);
      expect(all).toBeLessThanOrEqual(500 + 0.1 * (runMs + 6_000) + 2 * 50);
    });

    it.each(["strict", "leased"] as const)(
      "%s: with other limits for one budget each refuses at its own, and the largest is not passed",
      { timeout: 900_000 },
      async (mode) => {
        const limits = [2_000, 5_000, 5_000, 10_000];
        const ends = await Promise.all(
          limits.map((limit, at) =>
            runProcess(redis.port, mode, `p${at}`, {
              ...caller,
              callers: 4,
              callMs: 10,
              spends: 0.6,
              limit: { key: "budget", limit },
              runMs: runs(8_000, 30_000),
            }),
          ),
        );
        const all = ends.flatMap(({ grants }, at) => grants.map(([time, spent]) => ({ at, time, spent })));
        all.sort((a, b) => a.time - b.time);
        let total = 0;
        const late = limits.map(() => 0);
        for (const { at, spent } of all) {
          if (total > (limits[at] as number)) late[at] = (late[at] as number) + spent;
          total += spent;
        }
        // What a process held when its limit was reached: the calls under way and a lease.
        for (const [at, limit] of limits.entries())
          expect(late[at]).toBeLessThanOrEqual(4 * 50 + limit / 100);
        expect(total).toBeLessThanOrEqual(10_000);
        expect(total).toBeGreaterThanOrEqual(9_500);
        const [state] = await redisStore({ client: redis.connect() }).quotas.read(["router/budget"]);
        expect(state).toEqual({ used: total, open: 0 });
      },
    );
  },
);
