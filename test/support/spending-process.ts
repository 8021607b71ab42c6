// Spends from one budget until it is used up: spending-process.ts redis|sqlite PLACE NAME strict|leased SKEW
import { appendFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { Redis } from "ioredis";
import { resolveFleetOptions } from "../../src/fleet/fleet-options.ts";
import { createQuotaDesk } from "../../src/fleet/quotas/quota-desk.ts";
import { redisStore } from "../../src/fleet/store/redis.ts";
import { sqliteStore } from "../../src/fleet/store/sqlite.ts";
import { createClock } from "../../src/plugin/clock.ts";
import { atOnce, budgetKey, eventsOf, journalOf, leaseShare, limitOf, mostOfCall } from "./spending.ts";

const [kind = "", place = "", name = "", mode = "", skewMs = "0"] = process.argv.slice(2);
const wall = Date.now;
const store =
  kind === "redis"
    ? redisStore({
        client: new Redis({ port: Number(place), retryStrategy: () => 20, maxRetriesPerRequest: null }),
      })
    : await sqliteStore({ file: place, busyTimeoutMs: 20_000 });
const desk = createQuotaDesk({
  // A machine that is overloaded by the test must not let calls be refused.
  shared: resolveFleetOptions("fleet", {
    store,
    mode: mode as "strict" | "leased",
    leaseShare,
    timeoutMs: 10_000,
  }),
  // Its clock is wrong, as a machine's may be.
  clock: createClock(() => wall() + Number(skewMs)),
  emit: (event) => {
    if (event.type === "store-recovered") appendFileSync(eventsOf(process.env), `${JSON.stringify(event)}\n`);
  },
});
const limits = [{ key: budgetKey, limit: limitOf(process.env) }];
// Spent first, then told: what is between is what a kill may hide.
const spend = (id: string, amount: number): void =>
  appendFileSync(journalOf(process.env), `${id} ${amount} ${wall()}\n`);
let seed = [...name].reduce((sum, letter) => sum * 31 + letter.charCodeAt(0), 7) % 2_147_483_647;
const random = (): number => {
  seed = (seed * 48_271) % 2_147_483_647;
  return seed / 2_147_483_647;
};

const pauseMs = Number(process.env["SPENDING_PAUSE_MS"] ?? 0);
let calls = 0;
async function spendInTurn(): Promise<void> {
  // What others hold may come back, and a store may be restarting.
  for (let refused = 0; refused < 4; ) {
    calls += 1;
    const id = `${name}/${calls}`;
    const amount = refused > 0 ? 1 : 1 + Math.floor(random() * mostOfCall);
    const answer = await desk.reserve({ id, amount, limits });
    if (answer !== true) {
      if (answer.why === "limit") refused += 1;
      await sleep(answer.why === "limit" ? 250 : 20);
      continue;
    }
    refused = 0;
    // A kill comes before the call, within it, or before it is settled.
    if (random() < 0.1) await sleep(1);
    const cost = 1 + Math.floor(random() * amount);
    spend(id, cost);
    if (random() < 0.1) await sleep(1);
    desk.settle(id, cost, 0);
    if (pauseMs > 0) await sleep(pauseMs);
  }
}

await Promise.all(Array.from({ length: atOnce }, spendInTurn));
await desk.close();
process.exit(0);
