import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Store } from "../../../src/contracts/index.ts";
import { redisStore } from "../../../src/state/store/redis.ts";
import { sqliteStore } from "../../../src/state/store/sqlite.ts";
import { nodeArguments } from "../../support/node-arguments.ts";
import { type RedisServer, startRedis, withoutRedis } from "../../support/redis-server.ts";
import { runs } from "../../support/runs.ts";
import { budgetKey } from "../../support/spending.ts";

// A reservation spends 3 units on average.
const limit = runs(3_000, 600_000);
const kills = runs(2, 40);

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "switchpoint-spending-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Place {
  readonly kind: "redis" | "sqlite";
  readonly place: string;
  readonly mode: "strict" | "leased";
  readonly processes: number;
  /** Called after each kill. */
  readonly disturb?: (() => Promise<void>) | undefined;
}

/** Number of the run: ids of reservations must not come twice. */
let run = 0;

/** Lets processes spend until the budget is used up, and kills some in between. Returns what they say they spent. */
async function spendAll({ kind, place, mode, processes, disturb }: Place): Promise<number> {
  run += 1;
  const journal = join(folder, `spent-${run}.txt`);
  const failures: string[] = [];
  let launched = 0;
  const running = new Set<ChildProcess>();
  const launch = (): void => {
    launched += 1;
    // Clocks are up to 5 s apart.
    const skewMs = String(((launched % 3) - 1) * 5_000);
    const child = spawn(
      process.execPath,
      nodeArguments("test/support/spending-process.ts", kind, place, `run${run}-${launched}`, mode, skewMs),
      {
        env: { ...process.env, SPENDING_LIMIT: String(limit), SPENDING_JOURNAL: journal },
        stdio: ["ignore", "ignore", "pipe"],
      },
    );
    let said = "";
    child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      said = (said + text).slice(-2_000);
    });
    running.add(child);
    child.once("exit", (code, signal) => {
      running.delete(child);
      if (code !== 0 && signal !== "SIGKILL") failures.push(said);
    });
  };
  for (let count = 0; count < processes; count += 1) launch();
  const spent = (): number => (existsSync(journal) ? totalOf(readFileSync(journal, "utf8")) : 0);
  for (let kill = 0; kill < kills && running.size > 0; kill += 1) {
    // Spread over the budget, so that processes die in the middle of their work.
    while (spent() < (limit * kill) / (kills + 1) && running.size > 0) await sleep(10);
    const [victim] = running;
    victim?.kill("SIGKILL");
    launch();
    await disturb?.();
  }
  while (running.size > 0) await sleep(20);
  expect(failures).toEqual([]);
  return spent();
}

function totalOf(journal: string): number {
  let sum = 0;
  for (const line of journal.split("\n")) sum += Number(line.split(" ")[1] ?? 0);
  return sum;
}

/** Waits until everything has lapsed, and returns what the store counts. */
async function counted(store: Store): Promise<number> {
  for (;;) {
    const [state] = await store.quotas.read([budgetKey]);
    if (state?.open === 0) return state.used;
    await sleep(50);
  }
}

/** The most that the store may count beyond what was spent: all that the killed processes held. */
const heldBy = { strict: 9, leased: 100 };

describe.skipIf(withoutRedis !== undefined)(
  `processes that share a budget in Redis (${withoutRedis ?? "real"})`,
  () => {
    let server: RedisServer;
    beforeAll(async () => {
      server = await startRedis();
    });
    afterAll(() => server.stop());
    const store = () => redisStore({ client: server.connect() });

    for (const mode of ["strict", "leased"] as const)
      it(`spend no more than the limit, and nothing is lost: ${mode}, with kills`, async () => {
        const own = store();
        const spent = await spendAll({
          kind: "redis",
          place: String(server.port),
          mode,
          processes: runs(3, 8),
        });
        const used = await counted(own);
        expect(spent).toBeLessThanOrEqual(limit);
        expect(used).toBeLessThanOrEqual(limit);
        expect(used).toBeGreaterThanOrEqual(spent);
        expect(used - spent).toBeLessThanOrEqual(kills * heldBy[mode]);
        await own.quotas.reset(budgetKey, 0);
      }, 600_000);

    it("goes on after a restart with its data", async () => {
      const own = store();
      const before = await own.status();
      const spent = await spendAll({
        kind: "redis",
        place: String(server.port),
        mode: "strict",
        processes: 3,
        disturb: () => server.restart({ withData: true }),
      });
      const used = await counted(own);
      expect(used).toBeLessThanOrEqual(limit);
      expect(used).toBeGreaterThanOrEqual(spent);
      expect((await own.status()).epoch).not.toBe(before.epoch);
      await own.quotas.reset(budgetKey, 0);
    }, 600_000);

    it("after a loss of all data a process reserves again what it holds, under the same ids", async () => {
      const own = store();
      const limits = [{ key: "other", limit: 100 }];
      await own.quotas.reserve({ id: "mine", amount: 40, limits, ttlMs: 60_000 });
      const before = await own.status();
      await server.restart({ withData: false });
      expect((await own.status()).epoch).not.toBe(before.epoch);
      expect(await own.quotas.settle({ id: "mine", spent: 10, keep: 30, ttlMs: 60_000 })).toBe("lapsed");
      await own.quotas.reserve({ id: "mine", amount: 40, limits, ttlMs: 60_000 });
      await own.quotas.settle({ id: "mine", spent: 10, keep: 30, ttlMs: 60_000 });
      expect(await own.quotas.read(["other"])).toEqual([{ used: 10, open: 30 }]);
    }, 60_000);
  },
);

const withoutSqlite = process.getBuiltinModule("node:sqlite") === undefined;
describe.skipIf(withoutSqlite)("processes that share a budget in a SQLite file", () => {
  it("spend no more than the limit, and nothing is lost, with kills", async () => {
    const file = join(folder, "budget.db");
    const spent = await spendAll({ kind: "sqlite", place: file, mode: "strict", processes: runs(2, 4) });
    const store = await sqliteStore({ file, busyTimeoutMs: 20_000 });
    const used = await counted(store);
    await store.close();
    expect(spent).toBeLessThanOrEqual(limit);
    expect(used).toBeLessThanOrEqual(limit);
    expect(used).toBeGreaterThanOrEqual(spent);
    expect(used - spent).toBeLessThanOrEqual(kills * heldBy.strict);
  }, 600_000);
});
