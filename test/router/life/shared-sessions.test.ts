import { setTimeout } from "node:timers/promises";
import { describe, expect, it, onTestFinished } from "vitest";
import { sticky, threshold } from "../../../policies/index.ts";
import { fleet, memoryStore } from "../../../src/fleet/index.ts";
import { createRouter, type Decision, type RouterOptions } from "../../../src/index.ts";
import type { Store, StoreWrite } from "../../../src/plugin/index.ts";
import { fakeModel } from "../../../src/testing/index.ts";
import { settled } from "../../support/shared/desk-world.ts";

type Ids = "small" | "large";
const options = { timeoutMs: 200, sessionTrustMs: 0 };

/** Opens a router of one process of a fleet, with a clock of its own. */
function open(store: Store, more: Partial<RouterOptions<Ids>> = {}, shared: object = {}, largeName = "l") {
  let at = 5_000_000;
  const models = {
    small: fakeModel({ model: "s", usage: { inputTokens: 3_000, outputTokens: 10 } }),
    large: fakeModel({ model: largeName, usage: { inputTokens: 3_000, outputTokens: 10 } }),
  };
  const router = createRouter<{ small: typeof models.small; large: typeof models.large }>({
    models,
    policy: sticky(threshold({ small: "small", large: "large", at: 0.5 })),
    shared: fleet({ store, ...options, ...shared }),
    monotonicClock: () => at,
    ...more,
  });
  onTestFinished(() => router.close());
  const pass = (ms: number) => {
    at += ms;
  };
  return { router, pass, models };
}

const turn = (session: string, tenant?: string) => ({
  messages: [{ role: "user" as const, content: "Hi" }],
  session,
  tenant,
});

/** Answers a turn of a session, and waits until the store knows it. */
async function answer(
  { router }: ReturnType<typeof open>,
  request: ReturnType<typeof turn> & { model?: Ids },
): Promise<Decision> {
  const { decision } = await router.route(request);
  // A session is written by a timer.
  await setTimeout(5);
  await settled();
  return decision;
}

/** Returns a store whose records behave otherwise. */
function withRecords(records: Partial<Store["records"]>, store: Store = memoryStore()): Store {
  return { ...store, records: { ...store.records, ...records } };
}

describe("a session of a fleet", () => {
  it("goes on in another process, with its model, turns, cached tokens and time", async () => {
    const store = memoryStore();
    const [one, two] = [open(store), open(store)];
    await answer(one, { ...turn("a"), model: "large" });
    await answer(one, { ...turn("a"), model: "large" });
    const { session, sessionUnknown } = await two.router.decide(turn("a"));
    expect(session).toMatchObject({ model: "large", turns: 2, cachedTokens: 3_010 });
    expect(session?.idleMs).toBeLessThan(5_000);
    expect(sessionUnknown).toBeUndefined();
    await answer(two, { ...turn("a"), model: "small" });
    expect((await one.router.decide(turn("a"))).session).toMatchObject({ model: "small", turns: 3 });
  });

  it("belongs to its tenant, also where names run into each other", async () => {
    const store = memoryStore();
    const [one, two] = [open(store), open(store)];
    await answer(one, { ...turn("c", "ab"), model: "large" });
    for (const other of [turn("bc", "a"), turn("c"), turn("c", "b"), turn("abc"), turn("2:abc")])
      expect((await two.router.decide(other)).session).toBeUndefined();
    expect((await two.router.decide(turn("c", "ab"))).session?.model).toBe("large");
  });

  it("has no name in the store, and no key that is too long", async () => {
    const written: StoreWrite[] = [];
    const { records } = memoryStore();
    const store = withRecords({
      put: (writes) => {
        written.push(...writes);
        return records.put(writes);
      },
    });
    await answer(open(store), turn("secret\ud83d".repeat(50), "tenant"));
    expect(written).toHaveLength(1);
    expect(written[0]?.key).toMatch(/^router\/session\/[\w-]{43}$/);
    expect(JSON.stringify(written)).not.toMatch(/secret|tenant/);
    expect(written[0]).toMatchObject({ expect: "any", ttlMs: 86_400_000 });
  });

  it("is read again only after sessionTrustMs, and a decision without a wait is one", async () => {
    let reads = 0;
    const { records } = memoryStore();
    const store = withRecords({
      get: (keys) => {
        reads += 1;
        return records.get(keys);
      },
      put: records.put,
    });
    const one = open(store, {}, { sessionTrustMs: 2_000 });
    await one.router.decide(turn("a"));
    await one.router.decide(turn("a"));
    expect(reads).toBe(1);
    one.pass(2_000);
    await one.router.decide(turn("a"));
    expect(reads).toBe(2);
    await one.router.decide("Hi");
    expect(reads).toBe(2);
  });

  it("is read once for requests that come together", async () => {
    let reads = 0;
    const { records } = memoryStore();
    const get = (keys: readonly string[]) => {
      reads += 1;
      return records.get(keys);
    };
    const one = open(withRecords({ get }));
    await Promise.all(Array.from({ length: 20 }, () => one.router.decide(turn("a"))));
    expect(reads).toBe(1);
  });

  it("is timed by the store: clocks of processes that differ change nothing", async () => {
    const store = memoryStore();
    const one = open(store, { clock: () => Date.now() + 3_600_000 });
    const two = open(store, { clock: () => Date.now() - 3_600_000 });
    await answer(one, turn("a"));
    const { session } = await two.router.decide(turn("a"));
    expect(session?.idleMs).toBeLessThan(60_000);
    two.pass(7_000);
    expect((await two.router.decide(turn("a"))).session?.idleMs).toBeGreaterThan(6_900);
  });

  it("is a new one where its model is unknown, by name and not by id", async () => {
    const store = memoryStore();
    const [one, other] = [open(store), open(store, {}, {}, "another")];
    await answer(one, { ...turn("a"), model: "large" });
    const decision = await other.router.decide(turn("a"));
    expect(decision.session).toBeUndefined();
    expect(decision.sessionUnknown).toBe("its last answer is by a model that this router does not have");
    await answer(one, { ...turn("a"), model: "small" });
    expect((await other.router.decide(turn("a"))).session?.model).toBe("small");
  });
});

describe("a store that fails", () => {
  const never = () => new Promise<never>(() => {});
  const refused = () => Promise.reject(new Error("secret"));
  const value = (text: unknown) => Promise.resolve([{ value: text, version: "1" }] as never);
  const stored = (changes: object) =>
    value(
      JSON.stringify({
        formatVersion: 1,
        model: "large",
        name: "fake:l",
        turns: 1,
        lastUsedAt: Date.now(),
        cachedTokens: 0,
        ...changes,
      }),
    );
  const gets: Readonly<Record<string, () => Promise<never>>> = {
    rejects: () => Promise.reject(new Error("secret")),
    throws: () => {
      throw new Error("secret");
    },
    "is silent": never,
    "answers undefined": () => Promise.resolve(undefined as never),
    "answers no list": () => Promise.resolve({ length: 1 } as never),
    "answers a number": () => value(7),
    "answers text that is not JSON": () => value("{"),
    "answers null": () => value("null"),
    "answers a long text": () => value(`"${"a".repeat(60_000)}"`),
    "answers another version": () => stored({ formatVersion: 2 }),
    "answers turns below 1": () => stored({ turns: 0 }),
    "answers turns without end": () => stored({ turns: 1e300 }),
    "answers as many turns as a number can count": () => stored({ turns: Number.MAX_SAFE_INTEGER }),
    "answers more cached tokens than there are": () => stored({ cachedTokens: 1e308 }),
    "answers a text in place of a time": () => stored({ lastUsedAt: "now" }),
    "answers tokens below 0": () => stored({ cachedTokens: -1 }),
    "answers a model called like a prototype": () => stored({ model: "__proto__", name: "x" }),
  };

  it.each(Object.entries(gets))(
    "that %s makes a new conversation, and the decision says so",
    async (_, get) => {
      const one = open(withRecords({ get, put: get === never ? never : refused }), {}, { timeoutMs: 20 });
      const { decision, text } = await one.router.route(turn("a"));
      expect(text).toBe("ok");
      expect(decision.session).toBeUndefined();
      expect(decision.sessionUnknown).toMatch(/^(the store|its last)/);
      expect(JSON.parse(JSON.stringify(decision)).sessionUnknown).toBe(decision.sessionUnknown);
      expect(JSON.stringify(decision)).not.toContain("secret");
      expect((await one.router.route(turn("a"))).text).toBe("ok");
    },
  );

  it("that says a time to come does not make a session younger than now", async () => {
    const one = open(withRecords({ get: () => stored({ lastUsedAt: 8e15 }) }));
    expect((await one.router.decide(turn("a"))).session).toMatchObject({ idleMs: 0, model: "large" });
  });

  it("is not waited for beyond the request's deadline, nor by those that follow", async () => {
    const one = open({ ...withRecords({ get: never }), status: never }, {}, { timeoutMs: 50 });
    expect((await one.router.decide({ ...turn("a"), deadlineMs: 60_000 })).sessionUnknown).toContain(
      "within 50 ms",
    );
    expect((await one.router.decide(turn("b"))).sessionUnknown).toBe("the store does not answer");
  });

  it("that lost a session leaves the one that this process knows", async () => {
    const store = memoryStore();
    const one = open(store);
    await answer(one, { ...turn("a"), model: "large" });
    const other = open(withRecords({ get: async (keys) => keys.map(() => undefined) }, store));
    await answer(other, { ...turn("a"), model: "small" });
    expect((await other.router.decide(turn("a"))).session?.model).toBe("small");
  });

  it("does not see what is changed in the request while it is waited for", async () => {
    const { records } = memoryStore();
    const one = open(withRecords({ get: async (keys) => records.get(keys) }));
    const request = turn("a");
    const routing = one.router.route(request);
    if (request.messages[0] !== undefined) request.messages[0].content = "changed";
    await routing;
    expect(JSON.stringify([one.models.small.requests, one.models.large.requests])).toContain("Hi");
    expect(JSON.stringify([one.models.small.requests, one.models.large.requests])).not.toContain("changed");
  });
});
