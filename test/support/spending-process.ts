// Spends from one budget until it is told that the budget is used up: spending-process.ts KIND PLACE NAME STRICT|LEASED SKEW
import { appendFileSync } from "node:fs";
import { Redis } from "ioredis";
import { redisStore } from "../../src/state/store/redis.ts";
import { sqliteStore } from "../../src/state/store/sqlite.ts";
import { budgetKey, journalOf, limitOf, ttlMs } from "./spending.ts";

const [kind = "", place = "", name = "", mode = "", skewMs = "0"] = process.argv.slice(2);
const wall = Date.now;
// Its clock is wrong, as a machine's may be.
Date.now = () => wall() + Number(skewMs);

const store =
  kind === "redis"
    ? redisStore({
        client: new Redis({ port: Number(place), retryStrategy: () => 20, maxRetriesPerRequest: null }),
      })
    : await sqliteStore({ file: place, busyTimeoutMs: 20_000, now: wall });
const limits = [{ key: budgetKey, limit: limitOf(process.env) }];
// Spent first, then told: what is between is what a kill may hide.
const spend = (id: string, amount: number): void =>
  appendFileSync(journalOf(process.env), `${id} ${amount}\n`);
let seed = [...name].reduce((sum, letter) => sum * 31 + letter.charCodeAt(0), 7) % 2_147_483_647;
const random = (): number => {
  seed = (seed * 48_271) % 2_147_483_647;
  return seed / 2_147_483_647;
};

async function strict(): Promise<void> {
  for (let call = 0; ; call += 1) {
    const id = `${name}/${call}`;
    const amount = 1 + Math.floor(random() * 9);
    const answer = await store.quotas.reserve({ id, amount, limits, ttlMs });
    if ("why" in answer) {
      if (answer.why === "limit" && amount === 1) return;
      continue;
    }
    const cost = 1 + Math.floor(random() * amount);
    spend(id, cost);
    await store.quotas.settle({ id, spent: cost, keep: 0, ttlMs });
  }
}

async function leased(): Promise<void> {
  for (let lease = 0; ; lease += 1) {
    const id = `${name}/lease${lease}`;
    const answer = await store.quotas.reserve({ id, amount: 100, atLeast: 1, limits, ttlMs });
    if ("why" in answer) return;
    let open = answer.granted;
    let spent = 0;
    // Drawn down without the store; renewed once by totals.
    for (let renewals = 0; renewals < 3 && open > 0; renewals += 1) {
      while (open > 0) {
        const cost = Math.min(open, 1 + Math.floor(random() * 9));
        spend(id, cost);
        spent += cost;
        open -= cost;
      }
      const settled = await store.quotas.settle({ id, spent, keep: 100, ttlMs });
      if (settled === "lapsed") break;
      open = settled.granted;
    }
    await store.quotas.settle({ id, spent, keep: 0, ttlMs });
  }
}

await (mode === "leased" ? leased() : strict());
process.exit(0);
