// Lets callers ask for one limit until a time is over: crowd-process.ts PORT strict|leased NAME CROWD, which is JSON.
// Writes when each was granted what, and the longest time without a grant after a refusal.
import { setTimeout as sleep } from "node:timers/promises";
import { Redis } from "ioredis";
import type { QuotaLimit } from "../../src/contracts/index.ts";
import { resolveFleetOptions } from "../../src/fleet/fleet-options.ts";
import { createQuotaDesk } from "../../src/fleet/quotas/quota-desk.ts";
import { redisStore } from "../../src/fleet/store/redis.ts";
import { createClock } from "../../src/plugin/clock.ts";
import type { Crowd } from "./shared/crowded-limit.ts";

const [port = "", mode = "", name = "", given = ""] = process.argv.slice(2);
const { limit, runMs, ...crowd } = JSON.parse(given) as Crowd & { limit: QuotaLimit; runMs: number };
const client = new Redis({ port: Number(port), retryStrategy: () => 20, maxRetriesPerRequest: null });
const desk = createQuotaDesk({
  shared: resolveFleetOptions("fleet", {
    store: redisStore({ client }),
    mode: mode as "strict" | "leased",
    timeoutMs: 10_000,
  }),
  clock: createClock(),
  emit: () => {},
});
await sleep(crowd.startsMs ?? 0);
const until = Date.now() + runMs;
const grants: [at: number, spent: number][] = [];
let refusedSince: number | undefined;
let longestMs = 0;
await Promise.all(
  Array.from({ length: crowd.callers }, async (_, caller) => {
    for (let count = 0; Date.now() < until; count += 1) {
      const id = `${name}/${caller}/${count}`;
      const answer = await desk.reserve({ id, amount: crowd.amount, limits: [limit] });
      if (answer !== true) {
        refusedSince ??= Date.now();
        longestMs = Math.max(longestMs, Date.now() - refusedSince);
        await sleep(crowd.retryMs);
        continue;
      }
      if (refusedSince !== undefined) longestMs = Math.max(longestMs, Date.now() - refusedSince);
      refusedSince = undefined;
      const spent = Math.floor(crowd.amount * crowd.spends);
      grants.push([Date.now(), spent]);
      await sleep(crowd.callMs);
      desk.settle(id, spent, 0);
      await sleep(crowd.pauseMs);
    }
  }),
);
await desk.close();
process.stdout.write(JSON.stringify({ grants, longestMs }), () => process.exit(0));
