import { describe, expect, it, onTestFinished } from "vitest";
import { always } from "../../../policies/index.ts";
import type { Store } from "../../../src/contracts/index.ts";
import { resolveFleetOptions } from "../../../src/fleet/fleet-options.ts";
import { fleet, memoryStore } from "../../../src/fleet/index.ts";
import { createHints } from "../../../src/fleet/records/hints.ts";
import { createRouter } from "../../../src/index.ts";
import { createClock } from "../../../src/plugin/clock.ts";
import { createBreakers } from "../../../src/router/limits/breakers.ts";
import { createLimits } from "../../../src/router/limits/limits.ts";
import { fakeModel } from "../../../src/testing/index.ts";

const failure = { code: "provider", message: "down", kind: "server" } as const;

/** Opens what one process of a fleet knows of the model `p:m`. */
function open(store: Store, names: readonly string[] = ["p:m"]) {
  let at = 1_000_000;
  const clock = createClock(undefined, () => at);
  const breakers = createBreakers();
  const models = { m: { name: "p:m" } };
  const limits = createLimits({ requestsPerMinute: 120 }, { models, clock: () => at });
  const hints = createHints({
    shared: resolveFleetOptions("fleet", { store }),
    clock,
    breakers,
    limits,
    endpoints: names,
    guards: { names: () => [], lift: () => false },
  });
  onTestFinished(() => hints.close());
  const call = (error?: typeof failure) =>
    breakers.observe({ name: "p:m", error }, { begunAt: at } as never, at);
  return {
    breakers,
    limits,
    hints,
    pass: (ms: number) => {
      at += ms;
    },
    ask: () => breakers.ask("p:m", at),
    enter: () => breakers.enter("p:m", at),
    call,
    now: () => at,
  };
}

function fail(process: ReturnType<typeof open>): void {
  for (let call = 0; call < 10; call += 1) process.call(failure);
  expect(process.ask()).toContain("open");
}

describe("a hint of an open breaker", () => {
  it("makes the next call of a process that knows nothing a trial, which decides", async () => {
    const store = memoryStore();
    const [one, two] = [open(store), open(store)];
    fail(one);
    await one.hints.poll();
    await two.hints.poll();
    expect(two.enter()).toBe(true);
    expect(two.ask()).toContain("trial");
    two.call();
    expect(two.ask()).toBe(true);
    expect(two.breakers.exportState(two.now())).toEqual([]);
  });

  it("opens it by the trial's failure, not by itself, and is not told on", async () => {
    const store = memoryStore();
    const writes: string[] = [];
    const put: Store["records"]["put"] = (given) => {
      for (const { key } of given) writes.push(key);
      return store.records.put(given);
    };
    const [one, two] = [open(store), open({ ...store, records: { ...store.records, put } })];
    fail(one);
    await one.hints.poll();
    await two.hints.poll();
    two.enter();
    await two.hints.poll();
    expect(writes).toEqual([]);
    two.call(failure);
    expect(two.ask()).toContain("open");
    await two.hints.poll();
    expect(writes).toHaveLength(1);
    expect(writes[0]).toMatch(/^router\/breaker\/[\w-]{43}$/);
  });

  it("is not taken where a process has its own evidence, nor twice in a minute", async () => {
    const store = memoryStore();
    const [one, busy, idle] = [open(store), open(store), open(store)];
    for (let call = 0; call < 10; call += 1) busy.call();
    fail(one);
    await one.hints.poll();
    await busy.hints.poll();
    expect([busy.enter(), busy.ask()]).toEqual([true, true]);
    await idle.hints.poll();
    idle.enter();
    idle.call();
    for (let poll = 0; poll < 5; poll += 1) {
      await idle.hints.poll();
      expect([idle.enter(), idle.ask()]).toEqual([true, true]);
    }
  });

  it("ends with its pause, and one of a time to come is not taken", async () => {
    const hint = async (changes: object) => {
      const store = memoryStore();
      const now = (await store.status()).nowMs;
      const keys: string[] = [];
      const get: Store["records"]["get"] = (given) => {
        keys.push(...given);
        return store.records.get(given);
      };
      const process = open({ ...store, records: { ...store.records, get } });
      await process.hints.poll();
      const value = JSON.stringify({
        formatVersion: 1,
        writer: "w",
        at: now,
        leftMs: 5_000,
        failureClass: "server",
        ...changes,
      });
      await store.records.put([{ key: keys[0] ?? "", value, expect: "any", ttlMs: 1_000 }]);
      await process.hints.poll();
      process.enter();
      return process.ask();
    };
    expect(await hint({})).toContain("trial");
    for (const changes of [
      { leftMs: 0 },
      { leftMs: -1 },
      { leftMs: "5000" },
      { at: 8e15 },
      { at: 0 },
      { at: -1 },
      { formatVersion: 2 },
      { writer: undefined, at: "now" },
      { padding: "a".repeat(2_000) },
    ])
      expect([await hint(changes), changes]).toEqual([true, changes]);
  });
});

describe("a hint of a learnt rate", () => {
  it("lowers the start of a rate to half of the limit at most, and for some minutes", async () => {
    const { limits, pass } = open(memoryStore());
    const call = { name: "p:m", tokens: 1 } as never;
    limits.delayOf(call);
    limits.enter(call, 0);
    limits.hint("p:m", 1e-9);
    const waits = () => {
      let begun = 0;
      while (limits.delayOf(call) === undefined && begun < 500) {
        limits.enter(call, 0);
        begun += 1;
      }
      return limits.delayOf(call)?.ms ?? 0;
    };
    // One call a second, and not one in years.
    expect(waits()).toBeLessThanOrEqual(1_000);
    expect(limits.delayOf(call)?.reason).toContain("60 requests per minute");
    pass(300_000);
    waits();
    expect(limits.delayOf(call)?.reason).toContain("its limit of 120");
    limits.hint("p:m", 1e-9);
    expect(limits.delayOf(call)?.reason).toContain("its limit of 120");
    expect(limits.learnt()).toEqual([]);
  });

  it("is not taken where no limit is configured, for a model that was not called, or a higher rate", () => {
    const { limits } = open(memoryStore());
    const call = { name: "p:m", tokens: 1 } as never;
    limits.hint("p:m", 10);
    limits.delayOf(call);
    limits.hint("p:m", 500);
    for (let count = 0; count < 119; count += 1) limits.enter(call, 0);
    expect(limits.delayOf(call)).toBeUndefined();
  });
});

describe("hints of a store that fails", () => {
  const never = () => new Promise<never>(() => {});
  const answers: Readonly<Record<string, () => Promise<never>>> = {
    rejects: () => Promise.reject(new Error("no")),
    "answers nothing": () => Promise.resolve(undefined as never),
    "answers too little": () => Promise.resolve([] as never),
    "answers garbage": () => Promise.resolve([{ value: "{" }, { value: "null" }] as never),
  };

  it.each(Object.entries(answers))("that %s change nothing", async (_, get) => {
    const store = memoryStore();
    const process = open({ ...store, records: { ...store.records, get } });
    await process.hints.poll();
    process.enter();
    expect(process.ask()).toBe(true);
  });

  it("leave no timer that keeps the process, and end with close()", async () => {
    const store = memoryStore();
    let calls = 0;
    const get = () => {
      calls += 1;
      return never();
    };
    const counted: Store = { ...store, records: { get, put: never } };
    const router = createRouter({
      models: { m: fakeModel() },
      policy: always("m"),
      shared: fleet({ store: counted }),
    });
    await router.close();
    const after = calls;
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(calls).toBe(after);
  });

  it("are those of 128 models at most", async () => {
    const store = memoryStore();
    let most = 0;
    const get: Store["records"]["get"] = (keys) => {
      most = Math.max(most, keys.length);
      return store.records.get(keys);
    };
    const counted: Store = { ...store, records: { ...store.records, get } };
    await open(
      counted,
      Array.from({ length: 1_000 }, (_, at) => `p:${at}`),
    ).hints.poll();
    expect(most).toBe(256);
  });
});
