import { spawn } from "node:child_process";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { always, threshold } from "../../../policies/index.ts";
import type { LimitOptions, Quotas, Store } from "../../../src/contracts/index.ts";
import { type FleetOptions, fleet, memoryStore } from "../../../src/fleet/index.ts";
import { createRouter, isRouterError, type Model } from "../../../src/index.ts";
import { fakeModel } from "../../../src/testing/index.ts";
import { nodeArguments } from "../../support/node-arguments.ts";
import { perTenant, ratedTenants } from "../../support/rated.ts";
import { type RedisServer, startRedis, withoutRedis } from "../../support/redis-server.ts";
import { runs } from "../../support/runs.ts";

const messages = [{ role: "user" as const, content: "Hello" }];
const using = (tokens: number): Model => {
  const fake = fakeModel({ model: "small" });
  return {
    ...fake,
    async generate(request, options) {
      const usage = { prompt_tokens: tokens, completion_tokens: 0, total_tokens: tokens };
      return { ...(await fake.generate(request, options)), usage };
    },
  };
};

const price = { usdPerMillionInputTokens: 1, usdPerMillionOutputTokens: 4 };

/** A store that counts what it is asked, and stops answering if told. */
function counted(store: Store = memoryStore()) {
  const seen = { calls: 0, isDown: false };
  const through =
    <Args extends unknown[], Result>(work: (...args: Args) => Promise<Result>) =>
    async (...args: Args) => {
      seen.calls += 1;
      if (seen.isDown) throw new Error("the store is down");
      return work(...args);
    };
  const { quotas } = store;
  const watched: Quotas = {
    reserve: through((of) => quotas.reserve(of)),
    settle: through((of) => quotas.settle(of)),
    read: through((keys) => quotas.read(keys)),
    reset: through((key, used) => quotas.reset(key, used)),
  };
  return { seen, store: { ...store, status: through(() => store.status()), quotas: watched } };
}

function process_(limits: LimitOptions, shared: FleetOptions, model: Model = using(10), patient = false) {
  return createRouter({
    models: { small: model },
    policy: always("small"),
    shared: fleet({ timeoutMs: 5_000, ...shared }),
    execution: { limits, retries: 0, ...(!patient && { retryAfterCapMs: 0 }) },
  });
}

/** Sends until one is refused, and returns how many were answered and the error. */
async function fill(router: ReturnType<typeof process_>, tenant?: string) {
  for (let answered = 0; ; answered += 1) {
    try {
      await router.route({ tenant, messages });
    } catch (error) {
      return { answered, error };
    }
  }
}

describe.each(["strict", "leased"] as const)("rates of two processes over one store, %s", (mode) => {
  it("hold together for a tenant, and leave other tenants alone", async () => {
    const store = memoryStore();
    const [one, two] = [0, 0].map(() => process_({ tenant: { requestsPerMinute: 30 } }, { store, mode }));
    for (let at = 0; at < 20; at += 1) await one?.route({ tenant: "a", messages });
    const { answered, error } = await fill(two as never, "a");
    // What flows out meanwhile is one in two seconds.
    expect(answered).toBeGreaterThanOrEqual(mode === "strict" ? 10 : 8);
    expect(answered).toBeLessThanOrEqual(12);
    expect(isRouterError(error, "limit-exceeded")).toBe(true);
    expect(String(error)).toMatch(
      /the tenant's limit of 30 requests per minute in all processes is reached; there is room again in \d+ ms/,
    );
    await two?.route({ tenant: "b", messages });
    await Promise.all([one?.close(), two?.close()]);
  });

  it("hold together for a model, and the next model answers", async () => {
    const store = memoryStore();
    const make = () =>
      createRouter({
        models: { small: using(1), large: fakeModel({ model: "large" }) },
        policy: threshold({ small: "small", large: "large", at: 1 }),
        shared: fleet({ store, mode, timeoutMs: 5_000 }),
        execution: { limits: { models: { small: { requestsPerMinute: 10 } } } },
      });
    const [one, two] = [make(), make()];
    const models: string[] = [];
    for (let at = 0; at < 20; at += 1) {
      const { attempts } = await (at % 2 === 0 ? one : two).route({ messages });
      models.push(attempts.at(-1)?.model as string);
    }
    expect(models.filter((model) => model === "small").length).toBeLessThanOrEqual(11);
    expect(models.filter((model) => model === "small").length).toBeGreaterThanOrEqual(8);
    expect(models.at(-1)).toBe("large");
    await Promise.all([one.close(), two.close()]);
  });

  it("correct estimated tokens by those that were used", async () => {
    const limits: LimitOptions = { tokensPerMinute: 100_000 };
    const spending = async (tokens: number) => {
      const store = memoryStore();
      const [one, two] = [0, 0].map(() => process_(limits, { store, mode }, using(tokens)));
      await one?.route({ messages });
      await one?.route({ messages });
      await one?.close();
      const { answered } = await fill(two as never);
      await two?.close();
      return answered;
    };
    // Two calls have taken 80,000 of 100,000, of which little comes back.
    expect(await spending(40_000)).toBeLessThanOrEqual(2);
  });

  it("are free again within two minutes after a server has reported any number of tokens", async () => {
    const time = { now: Date.UTC(2026, 10, 27) };
    const store = memoryStore({ now: () => time.now });
    const one = createRouter({
      models: { small: using(100_000_000) },
      policy: always("small"),
      clock: () => time.now,
      shared: fleet({ store, mode, timeoutMs: 5_000 }),
      execution: {
        limits: { tokensPerMinute: 100_000, tenant: { tokensPerMinute: 50_000 } },
        retries: 0,
        retryAfterCapMs: 0,
      },
    });
    await one.route({ tenant: "a", messages });
    await one.close();
    time.now += 120_000;
    const two = process_({ tokensPerMinute: 100_000, tenant: { tokensPerMinute: 50_000 } }, { store, mode });
    for (const tenant of ["a", "b"]) await two.route({ tenant, messages });
    await two.close();
  });

  it("gives back what a call that is not made has reserved", async () => {
    const store = memoryStore();
    const limits: LimitOptions = { requestsPerMinute: 4, tenant: { tokensPerMinute: 1 } };
    const one = process_(limits, { store, mode }, using(1));
    await one.route({ tenant: "a", messages });
    // Its tokens are refused, so that its request goes back.
    for (let at = 0; at < 10; at += 1)
      await expect(one.route({ tenant: "a", messages })).rejects.toThrow("tokens");
    await one.route({ tenant: "b", messages });
    await one.route({ tenant: "c", messages });
    await one.close();
  });

  it("wait as long as the store says if no other model is left", async () => {
    const store = memoryStore();
    const limits: LimitOptions = { tenant: { requestsPerMinute: 600 } };
    const one = process_(limits, { store, mode }, using(1), true);
    const answers = await Promise.all(
      Array.from({ length: 605 }, () => one.route({ tenant: "a", messages, deadlineMs: 20_000 })),
    );
    expect(answers).toHaveLength(605);
    await one.close();
  });

  it.each(["open", "closed"] as const)("follow the rule %s while the store is down", async (down) => {
    const { store, seen } = counted();
    seen.isDown = true;
    const one = process_({ tenant: { requestsPerMinute: 1_000 } }, { store, mode, down, timeoutMs: 20 });
    const outcomes: string[] = [];
    for (let at = 0; at < 5; at += 1)
      await one.route({ tenant: "a", messages }).then(
        () => outcomes.push("answered"),
        (error: unknown) => outcomes.push(String(error)),
      );
    if (down === "open") expect(outcomes).toEqual(Array(5).fill("answered"));
    else expect(outcomes.every((one) => one.includes("the store does not answer"))).toBe(true);
    await one.close();
  });
});

it.each([
  ["a rate", { tenant: { requestsPerMinute: 100_000 } }, {}],
  ["two rates", { requestsPerMinute: 200_000, tenant: { requestsPerMinute: 100_000 } }, {}],
  [
    "two rates of requests, two of tokens, and budgets of the router and of a tenant",
    {
      requestsPerMinute: 200_000,
      tokensPerMinute: 20_000_000,
      tenant: { requestsPerMinute: 100_000, tokensPerMinute: 10_000_000 },
    },
    {
      budgets: [
        { limitUsd: 1_000, period: "day" },
        { limitUsd: 500, period: "month", per: "tenant" },
      ],
    },
  ],
] as const)("leased, %s ask the store at most once in 100 requests together", async (which, limits, more) => {
  const { store, seen } = counted();
  const one = createRouter({
    models: { small: { ...using(10), price } },
    policy: always("small"),
    shared: fleet({ store, timeoutMs: 5_000 }),
    execution: { limits, retries: 0 },
    ...more,
  });
  for (let at = 0; at < 300; at += 1) await one.route({ tenant: "a", messages });
  const before = seen.calls;
  const count = runs(2_000, 5_000);
  for (let at = 0; at < count; at += 1) await one.route({ tenant: "a", messages });
  const calls = seen.calls - before;
  if (process.env["SWITCHPOINT_RUNS"] === "full") console.log(`${which}, ${count} requests: ${calls} calls`);
  expect(calls).toBeLessThanOrEqual(count / 100);
  await one.close();
});

it("an abort while the store is asked leaves nothing reserved", async () => {
  const inner = memoryStore();
  let open: () => void = () => {};
  const gate = new Promise<void>((resolve) => {
    open = resolve;
  });
  const slow: Store = {
    ...inner,
    quotas: { ...inner.quotas, reserve: async (of) => gate.then(() => inner.quotas.reserve(of)) },
  };
  const one = process_({ requestsPerMinute: 10 }, { store: slow, mode: "strict" });
  const abort = new AbortController();
  const asked = one.route({ messages }, { signal: abort.signal });
  abort.abort(new Error("gone"));
  open();
  await expect(asked).rejects.toThrow("gone");
  await one.close();
  const states = await inner.quotas.read(["router/rate/model/fake:small/requests"]);
  expect(states[0]).toMatchObject({ open: 0 });
  expect(states[0]?.used).toBeLessThan(1);
});

describe.skipIf(withoutRedis !== undefined)(
  "rates of four processes over a real Redis, clocks 5 s apart",
  () => {
    let redis: RedisServer;
    beforeAll(async () => {
      redis = await startRedis();
    });
    afterAll(() => redis.stop());

    it.each(["strict", "leased"] as const)("hold together, %s", { timeout: 300_000 }, async (mode) => {
      const client = redis.connect();
      await client.flushall();
      const outputs = await Promise.all(
        [-5_000, 0, 0, 5_000].map((skew) => runProcess(redis.port, mode, skew)),
      );
      const begun = outputs.flat();
      for (const tenant of ratedTenants) {
        const times = begun.flatMap(([at, of]) => (of === tenant ? [at] : [])).sort((a, b) => a - b);
        const spanMs = (times.at(-1) ?? 0) - (times[0] ?? 0);
        // A full bucket and what flows out meanwhile, with a second between reservation and call.
        const most = perTenant + ((spanMs + 1_000) * perTenant) / 60_000;
        expect(times.length).toBeLessThanOrEqual(most);
        expect(times.length).toBeGreaterThan(perTenant * (mode === "strict" ? 0.9 : 0.8));
      }
    });
  },
);

function runProcess(port: number, mode: string, skewMs: number): Promise<[number, string][]> {
  return new Promise((resolve, reject) => {
    const args = nodeArguments("test/support/rated-process.ts", String(port), mode, String(skewMs));
    const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
    let text = "";
    child.stdout.on("data", (chunk) => {
      text += chunk;
    });
    child.on("error", reject);
    child.on("close", (code) =>
      code === 0 ? resolve(JSON.parse(text)) : reject(new Error(`ended with ${code}`)),
    );
  });
}
