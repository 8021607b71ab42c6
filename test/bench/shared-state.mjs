// One process: calls through a desk in strict mode beside two bare scripts on the same Redis, by turns, 64 in
// flight; and the cost of a leased reservation. Prints JSON; without redis-server the reason.
import { execFileSync, spawn } from "node:child_process";
import { createServer } from "node:net";
import { createJiti } from "jiti";
import { memoryStore, redisStore } from "switchpoint/fleet";
import { measureSync, median } from "./measure.mjs";

const source = createJiti(import.meta.url);
const { createQuotaDesk } = await source.import("../../src/fleet/quotas/quota-desk.ts");
const { resolveFleetOptions } = await source.import("../../src/fleet/fleet-options.ts");
const { createClock } = await source.import("../../src/plugin/clock.ts");

const open = (options) =>
  createQuotaDesk({
    shared: resolveFleetOptions("fleet", { timeoutMs: 10_000, ...options }),
    clock: createClock(),
    emit() {},
  });

async function leased() {
  const desk = open({ store: memoryStore(), leaseShare: 1 });
  const windowEndsAt = Date.now() + 3_600_000;
  const one = [{ key: "day", limit: 1e12, windowEndsAt }];
  const three = [...one, { key: "tenant", limit: 1e12, windowEndsAt }, { key: "total", limit: 1e12 }];
  const rows = [];
  for (const [name, limits] of [
    ["leased: 1 limit", one],
    ["leased: 3 limits", three],
  ]) {
    let promises = 0;
    const call = (index) => {
      const id = `${name}/${index}/${calls}`;
      const answer = desk.reserve({ id, amount: 1_000, limits });
      if (answer !== true) promises += 1;
      desk.settle(id, 900, 0);
    };
    let calls = 0;
    for (; calls < 200; calls += 1) {
      call(0);
      await new Promise(setImmediate);
    }
    // In turns, since a lease is renewed between them.
    const turns = [];
    for (; calls < 1_400; calls += 1) {
      turns.push(measureSync(call, { runs: 50, warmUp: 1 }));
      await new Promise(setImmediate);
    }
    const of = (key) => median(turns.slice(200).map((turn) => turn[key]));
    rows.push({ name, p50: of("p50"), cpu: of("cpu"), asked: promises / 60_000 });
  }
  await desk.close();
  return rows;
}

const bare = `
local used = tonumber(redis.call('GET', KEYS[1]) or '0')
if used + tonumber(ARGV[1]) > tonumber(ARGV[2]) then return 0 end
return redis.call('INCRBY', KEYS[1], ARGV[1])`;

async function strict() {
  try {
    execFileSync("redis-server", ["--version"], { stdio: "ignore" });
  } catch {
    return { skipped: "redis-server is not on the PATH: apt-get install redis-server" };
  }
  const { Redis } = await import("ioredis");
  const port = await new Promise((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
  const settings = ["--save", "", "--appendonly", "no", "--bind", "127.0.0.1", "--port", String(port)];
  const server = spawn("redis-server", settings, { stdio: ["ignore", "pipe", "inherit"] });
  await new Promise((resolve) =>
    server.stdout.setEncoding("utf8").on("data", (text) => text.includes("Ready to accept") && resolve()),
  );
  const client = new Redis({ port, host: "127.0.0.1" });
  const sha = await client.script("LOAD", bare);
  const desk = open({ store: redisStore({ client }), mode: "strict" });
  const limits = [{ key: "day", limit: 1e15, windowEndsAt: Date.now() + 3_600_000 }];
  let calls = 0;
  const kinds = {
    bare: async () => {
      await client.evalsha(sha, 1, "bare", 1_000, 1e15);
      await client.evalsha(sha, 1, "bare", -100, 1e15);
    },
    desk: async () => {
      calls += 1;
      const id = `c${calls}`;
      if ((await desk.reserve({ id, amount: 1_000, limits })) !== true) throw new Error("refused");
      desk.settle(id, 900, 0);
    },
  };
  const cpuOfRedis = async () => {
    const text = await client.info("cpu");
    return ["user", "sys"].reduce(
      (sum, kind) => sum + Number(new RegExp(`used_cpu_${kind}:([\\d.]+)`).exec(text)[1]),
      0,
    );
  };
  /** CPU time of a call in µs, here and in Redis: the larger one bounds how many fit into a second. */
  const cpuOf = async (call, count) => {
    let left = count;
    const [redis, own] = [await cpuOfRedis(), process.cpuUsage()];
    const work = async () => {
      while (left > 0) {
        left -= 1;
        await call();
      }
    };
    await Promise.all(Array.from({ length: 64 }, work));
    // The settlements are part of it.
    await client.ping();
    const { user, system } = process.cpuUsage(own);
    return { here: (user + system) / count, redis: (((await cpuOfRedis()) - redis) / count) * 1e6 };
  };
  const runs = { bare: [], desk: [] };
  for (let turn = 0; turn < 12; turn += 1)
    for (const [kind, call] of Object.entries(kinds)) {
      const cpu = await cpuOf(call, 3_000);
      if (turn > 1) runs[kind].push(cpu);
    }
  await desk.close();
  client.disconnect();
  server.kill();
  const busiest = ({ here, redis }) => Math.max(here, redis);
  const ratios = runs.desk.map((cpu, at) => busiest(runs.bare[at]) / busiest(cpu)).sort((a, b) => a - b);
  const of = (kind) => ({
    here: median(runs[kind].map(({ here }) => here)),
    redis: median(runs[kind].map(({ redis }) => redis)),
  });
  return {
    bare: of("bare"),
    desk: of("desk"),
    ratio: median(ratios),
    low: ratios[0],
    high: ratios.at(-1),
    turns: ratios.length,
  };
}

process.stdout.write(JSON.stringify({ leased: await leased(), strict: await strict() }));
