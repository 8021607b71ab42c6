import { describe, expect, it, onTestFinished, vi } from "vitest";
import { except } from "../../../policies/constraints/index.ts";
import { always, firstOf } from "../../../policies/index.ts";
import {
  type Constraint,
  type Model,
  ProviderError,
  type RouterEvent,
} from "../../../src/contracts/index.ts";
import { createRouter } from "../../../src/index.ts";
import {
  type DiscoveredEndpoint,
  type FoundModels,
  pool,
  roundRobin,
} from "../../../src/router/pools/index.ts";
import { FoundMembers } from "../../../src/router/pools/members/found-members.ts";
import { servedNames } from "../../../src/router/pools/members/served-names.ts";
import { fakeModel } from "../../../src/testing/index.ts";
import { type Hand, handDiscovery } from "../../support/pools/hand.ts";

interface Held {
  readonly url: string;
  end(): void;
}

/** Models that answer with their address, at once or when the test says so. */
function models(holds = false) {
  const open: Held[] = [];
  const as = ({ url, labels = {} }: DiscoveredEndpoint): Model => {
    const inner = fakeModel({ name: "vllm:m", labels });
    return {
      ...inner,
      provider: "vllm",
      model: "m",
      endpoint: url,
      async generate(request, options) {
        if (holds) await new Promise<void>((resolve) => open.push({ url, end: resolve }));
        const completion = await inner.generate(request, options);
        const [choice] = completion.choices;
        const message = { role: "assistant", content: url };
        return { ...completion, choices: [{ ...choice, message }] } as typeof completion;
      },
    };
  };
  return { as, open };
}

function routerOf(discover: Hand, as: FoundModels["as"], more: object = {}) {
  const own = pool("own", { discover, as }, { balance: roundRobin, startWaitMs: 500 });
  const events: RouterEvent[] = [];
  const router = createRouter({
    models: { own },
    policy: always("own"),
    onEvent: (event) => void events.push(event),
    ...more,
  });
  onTestFinished(() => router.close());
  return {
    router,
    own,
    events,
    types: () => events.map(({ type }) => type).filter((type) => type.startsWith("pool-")),
  };
}

const keysOf = (own: Model) => own.members?.().map(({ key, state }) => `${key} ${state}`);

describe("a pool whose members are found", () => {
  it("begins with the first request, waits for the first endpoints, and stops with the router", async () => {
    const hand = handDiscovery();
    const { router, own } = routerOf(hand, models().as);
    expect(hand.watching).toBe(0);
    const answer = router.route("Hello");
    await vi.waitFor(() => expect(hand.watching).toBe(1));
    hand.set("http://a/", "http://b/");
    expect((await answer).text).toMatch(/^http:/);
    expect(keysOf(own)).toEqual(["own@http://a/ ready", "own@http://b/ ready"]);
    await router.close();
    expect(hand.watching).toBe(0);
    // Another router goes on with the pool.
    const next = createRouter({ models: { own }, policy: always("own") });
    expect((await next.route("Hello")).text).toMatch(/^http:/);
    expect(hand.watching).toBe(1);
    await next.close();
    expect(hand.watching).toBe(0);
  });

  it("is refused with the reason while it has no endpoint, and the wait for the first one is bounded", async () => {
    const hand = handDiscovery();
    const own = pool("own", { discover: hand, as: models().as }, { startWaitMs: 20 });
    const router = createRouter({
      models: { own, other: fakeModel({ name: "other" }) },
      policy: firstOf(always("own"), always("other")),
    });
    onTestFinished(() => router.close());
    const { decision } = await router.route("Hello");
    expect(decision.model).toBe("other");
    expect(decision.candidates[0]).toMatchObject({ permitted: "the pool has no endpoint", members: [] });
    hand.set("http://a/");
    await vi.waitFor(async () => expect((await router.route("Hello")).decision.model).toBe("own"));
    hand.set();
    await vi.waitFor(async () => expect((await router.route("Hello")).decision.model).toBe("other"));
    await expect(
      own.generate({ messages: [] }, { signal: AbortSignal.timeout(1_000) }),
    ).rejects.toMatchObject({
      kind: "saturated",
    });
  });

  it("gives a draining endpoint no new call, and counts its calls until they end", async () => {
    const hand = handDiscovery();
    hand.set("http://a/", "http://b/");
    const { as, open } = models(true);
    const { router, own, types } = routerOf(hand, as);
    const first = [router.route("1"), router.route("2")];
    await vi.waitFor(() => expect(open).toHaveLength(2));
    expect(new Set(open.map(({ url }) => url)).size).toBe(2);
    hand.set({ url: "http://a/", state: "draining" }, "http://b/");
    await vi.waitFor(() => expect(keysOf(own)).toContain("own@http://a/ draining"));
    const second = [router.route("3"), router.route("4")];
    await vi.waitFor(() => expect(open).toHaveLength(4));
    expect(open.slice(2).map(({ url }) => url)).toEqual(["http://b/", "http://b/"]);
    expect(own.members?.().map(({ inFlight }) => inFlight)).toEqual([1, 3]);
    for (const { end } of open) end();
    await Promise.all([...first, ...second]);
    expect(own.members?.().map(({ inFlight }) => inFlight)).toEqual([0, 0]);
    expect(types()).toEqual(["pool-changed", "pool-changed"]);
  });

  it("goes on with the calls and the breaker of an endpoint that comes back", async () => {
    const hand = handDiscovery();
    hand.set("http://a/");
    const { as, open } = models(true);
    const made = new Map<string, Model>();
    const cached: FoundModels["as"] = (endpoint) => {
      const known = made.get(endpoint.url) ?? as(endpoint);
      made.set(endpoint.url, known);
      return known;
    };
    const { router, own } = routerOf(hand, cached);
    const answer = router.route("1");
    await vi.waitFor(() => expect(open).toHaveLength(1));
    hand.set("http://b/");
    await vi.waitFor(() => expect(keysOf(own)).toEqual(["own@http://b/ ready"]));
    hand.set("http://a/", "http://b/");
    await vi.waitFor(() => expect(own.members?.().map(({ inFlight }) => inFlight)).toEqual([1, 0]));
    open[0]?.end();
    expect((await answer).attempts.map(({ member }) => member)).toEqual(["own@http://a/"]);
    expect(own.members?.().map(({ inFlight }) => inFlight)).toEqual([0, 0]);
  });

  it("loses no request whose member leaves while it waits for its turn", async () => {
    const hand = handDiscovery();
    hand.set("http://a/", "http://b/");
    const { as, open } = models(true);
    const { router, own } = routerOf(hand, as, {
      execution: { limits: { maxConcurrent: 1, maxQueued: 10 } },
    });
    const answers = ["1", "2", "3", "4", "5", "6"].map((text) => router.route(text));
    await vi.waitFor(() => expect(open).toHaveLength(2));
    hand.set("http://b/");
    await vi.waitFor(() => expect(keysOf(own)).toEqual(["own@http://b/ ready"]));
    const end = setInterval(() => {
      for (const one of open) one.end();
    }, 1);
    onTestFinished(() => clearInterval(end));
    await Promise.all(answers);
    expect(open.filter(({ url }) => url === "http://a/")).toHaveLength(1);
  });

  it("makes another model when labels change, so that constraints see them", async () => {
    const eu: Constraint = {
      name: "eu",
      permits: ({ facts }) => facts.labels["residency"] === "eu" || "elsewhere",
    };
    const hand = handDiscovery();
    hand.set({ url: "http://a/", state: "ready", labels: { residency: "eu" } });
    const { router, own } = routerOf(hand, models().as, { constraints: [eu] });
    expect((await router.route("Hello")).text).toBe("http://a/");
    hand.set({ url: "http://a/", state: "ready", labels: { residency: "us" } });
    await vi.waitFor(() => expect(own.members?.()[0]?.facts.labels).toEqual({ residency: "us" }));
    await expect(router.route("Hello")).rejects.toThrow("own@http://a/: eu: elsewhere");
  });

  it("tells what is wrong once, keeps the last set, and tells that it is right again", async () => {
    const hand = handDiscovery();
    hand.set("http://a/");
    const { router, own, events } = routerOf(hand, models().as);
    await router.route("Hello");
    const problem = () => events.findLast(({ type }) => type.startsWith("pool-"));
    hand.problem("the server is down");
    hand.problem("the server is down");
    expect(problem()).toMatchObject({
      type: "pool-problem",
      model: "own",
      pool: "own",
      ready: 1,
      problem: "discovery hand: the server is down",
    });
    expect(events.filter(({ type }) => type === "pool-problem")).toHaveLength(1);
    expect(own.pool?.problems?.()).toEqual(["discovery hand: the server is down"]);
    expect((await router.route("Hello")).text).toBe("http://a/");
    hand.problem(undefined);
    expect(problem()?.type).toBe("pool-recovered");
  });

  it.each([
    ["null", null, "endpoints"],
    ["a number", { endpoints: 7 }, "endpoints"],
    ["a bad address", { endpoints: [{ url: "http://user:secret@x y" }] }, "endpoints[0].url"],
    ["too many", { endpoints: Array.from({ length: 1_001 }, (_, at) => `http://${at}/`) }, "at most 1000"],
  ])("keeps the last set where a source yields %s", async (_name, garbage, said) => {
    const hand = handDiscovery();
    hand.set("http://a/");
    const { router, own } = routerOf(hand, models().as);
    await router.route("Hello");
    hand.send(garbage);
    await vi.waitFor(() => expect(own.pool?.problems?.().join()).toContain(said));
    expect(own.pool?.problems?.().join()).not.toContain("secret");
    expect((await router.route("Hello")).text).toBe("http://a/");
    hand.set("http://b/");
    await vi.waitFor(() => expect(own.pool?.problems?.()).toEqual([]));
  });

  it("asks a source again that throws, ends, or returns no iterable, and never fails a request", async () => {
    let turn = 0;
    const sources: (() => unknown)[] = [
      () => {
        throw new Error("secret");
      },
      () => undefined,
      async function* () {
        yield { endpoints: [{ url: "http://a/", state: "ready" }] };
      },
      () => ({
        [Symbol.asyncIterator]: () => ({ next: () => Promise.reject(new TypeError("secret")) }),
      }),
    ];
    vi.useFakeTimers();
    onTestFinished(() => void vi.useRealTimers());
    const discover = { name: "odd", watch: () => sources[turn++ % sources.length]?.() as never };
    const own = pool("own", { discover, as: models().as });
    const problems: unknown[] = [];
    const watch = own.pool?.watch?.({
      clock: { wall: Date.now, monotonic: Date.now, after: () => ({ cancel() {}, restart() {} }) },
      onNews: ({ problem }) => problems.push(problem),
    });
    await vi.advanceTimersByTimeAsync(12_000);
    expect(turn).toBeGreaterThan(3);
    expect(keysOf(own)).toEqual(["own@http://a/ ready"]);
    expect(problems.join()).toContain("discovery odd: it threw an error of type");
    expect(problems.join()).not.toContain("secret");
    await watch?.close();
    expect(vi.getTimerCount()).toBe(0);
  });

  it("is not held up by a source that sends sets without end, or that never ends", async () => {
    let sent = 0;
    const discover = {
      name: "fast",
      async *watch() {
        for (;;) {
          sent += 1;
          yield { endpoints: [{ url: `http://${sent % 7}/`, state: "ready" as const }], source: "fast" };
        }
      },
    };
    const own = pool("own", { discover, as: models().as });
    const router = createRouter({ models: { own }, policy: always("own") });
    for (let turn = 0; turn < 20; turn += 1) await router.route("Hello");
    await router.close();
    const after = sent;
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(sent - after).toBeLessThan(2);
    const silent = {
      name: "silent",
      watch: () => ({ [Symbol.asyncIterator]: () => ({ next: () => new Promise<never>(() => {}) }) }),
    };
    const other = createRouter({
      models: { own: pool("silent", { discover: silent, as: models().as }, { startWaitMs: 1 }) },
      policy: always("own"),
    });
    await expect(other.route("Hello")).rejects.toThrow("the pool has no endpoint");
    await other.close();
  });

  it("leaves out endpoints of which as() makes no model, and tells them without credentials", async () => {
    const { as } = models();
    const shared = as({ url: "http://shared/", state: "ready" });
    pool("first", [shared]);
    const odd: Record<string, () => unknown> = {
      throws: () => {
        throw new Error("secret");
      },
      promise: () => Promise.reject(new Error("secret")),
      nothing: () => undefined,
      number: () => 7,
      labels: () => ({ ...as({ url: "http://labels/", state: "ready" }), labels: { a: 1 } }),
      price: () => ({
        ...as({ url: "http://price/", state: "ready" }),
        price: { usdPerMillionInputTokens: -1 },
      }),
      pool: () => pool("inner", [as({ url: "http://inner/", state: "ready" })]),
      shared: () => shared,
      same: () => as({ url: "http://good/", state: "ready" }),
    };
    const hand = handDiscovery();
    hand.set("http://good/", ...Object.keys(odd).map((name) => `http://user:key@${name}/`));
    const { router, own, events } = routerOf(hand, (endpoint) => {
      const make = odd[new URL(endpoint.url).hostname];
      return make === undefined ? as(endpoint) : (make() as Model);
    });
    expect((await router.route("Hello")).text).toBe("http://good/");
    expect(keysOf(own)).toEqual(["own@http://good/ ready"]);
    const problems = own.pool?.problems?.() ?? [];
    expect(problems).toHaveLength(9);
    expect(problems.join("\n")).toContain("as() threw an error of type Error");
    expect(problems.join("\n")).toContain('not in the pool "first" too');
    expect(problems.join("\n")).toContain("as() made a model with the address of another endpoint");
    expect(`${problems.join()}${JSON.stringify(events)}`).not.toMatch(/secret|user:key/);
    // What is right later is a member.
    delete odd["throws"];
    hand.set("http://good/", "http://throws/");
    await vi.waitFor(() => expect(keysOf(own)).toHaveLength(2));
    expect(own.pool?.problems?.()).toEqual([]);
  });

  it("keeps a bounded state of endpoints that come and go for ever, and never that of calls under way", () => {
    const members = new FoundMembers({ name: "own" }, models().as, {
      now: () => 0,
      served: servedNames(() => []),
    });
    const seats = (round: number) =>
      Array.from({ length: 900 }, (_, at) => ({ url: `http://${round}.${at}/`, state: "ready" as const }));
    members.take([{ url: "http://busy/", state: "ready" }]);
    const [busy] = members.endpoints();
    const leave = busy?.calls.enter(new AbortController().signal, 0);
    for (let round = 0; round < 20; round += 1) members.take(seats(round));
    expect(members.kept).toBeLessThanOrEqual(2_000);
    members.take([{ url: "http://busy/", state: "ready" }]);
    expect(members.list()[0]?.inFlight).toBe(1);
    leave?.(true);
    leave?.(true);
    expect(members.list()[0]?.inFlight).toBe(0);
  });

  it("refuses what is not a source when it is made", () => {
    const given = { discover: handDiscovery(), as: 7 as never };
    expect(() => pool("own", given)).toThrow('pool("own"): members.as must be a function from an endpoint');
    expect(() => pool("own", 7 as never)).toThrow('pool("own"): members must be a list of models');
  });

  it("that is in two pools is one model to constraints that exclude one of them, as soon as it comes", async () => {
    const [a, b] = [handDiscovery(), handDiscovery()];
    a.set("http://own/", "http://shared/");
    b.set("http://other/");
    const pools = {
      a: pool("a", { discover: a, as: models().as }, { balance: roundRobin }),
      b: pool("b", { discover: b, as: models().as }),
    };
    const router = createRouter({ models: pools, policy: always("a"), constraints: [except("b")] });
    onTestFinished(() => router.close());
    const reached = async () => {
      const texts = [];
      for (let turn = 0; turn < 4; turn += 1) texts.push((await router.route("Hello")).text);
      return new Set(texts);
    };
    expect(await reached()).toEqual(new Set(["http://own/", "http://shared/"]));
    b.set("http://other/", "http://shared/");
    await vi.waitFor(() => expect(pools.b.members?.()).toHaveLength(2));
    expect(await reached()).toEqual(new Set(["http://own/"]));
    const decision = await router.decide("Hello");
    expect(decision.candidates[0]?.members?.[1]?.permitted).toContain("except");
    b.set("http://other/");
    await vi.waitFor(() => expect(pools.b.members?.()).toHaveLength(1));
    expect((await reached()).size).toBe(2);
  });

  it("tells its window to what follows a prompt that was too long", async () => {
    const hand = handDiscovery();
    hand.set("http://a/");
    const small: FoundModels["as"] = (endpoint) => ({
      ...models().as(endpoint),
      contextWindow: 5_000,
      generate: async () => {
        throw new ProviderError({ kind: "context-overflow", model: "m", status: 400 });
      },
    });
    const smaller = fakeModel({ name: "smaller", contextWindow: 4_000, answer: "smaller" });
    const larger = fakeModel({ name: "larger", contextWindow: 9_000, answer: "larger" });
    const router = createRouter({
      models: { own: pool("own", { discover: hand, as: small }), smaller, larger },
      policy: always("own"),
    });
    onTestFinished(() => router.close());
    expect((await router.route("Hello")).text).toBe("larger");
    expect(smaller.requests).toEqual([]);
  });
});
