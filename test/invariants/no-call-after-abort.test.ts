import { setTimeout } from "node:timers/promises";
import { describe, expect, it, onTestFinished } from "vitest";
import { always, cascade, sticky } from "../../policies/index.ts";
import { fleet, memoryStore } from "../../src/fleet/index.ts";
import {
  type Check,
  type Classifier,
  type Constraint,
  createRouter,
  isRouterError,
  type Model,
  ProviderError,
  type RouterOptions,
} from "../../src/index.ts";
import type { Store } from "../../src/plugin/index.ts";
import { fakeModel } from "../../src/testing/index.ts";
import { chunkOf, completionOf } from "../support/hops/hop-answers.ts";

type Id = "small" | "large";
const ask = { messages: [{ role: "user" as const, content: "Hello" }] };
const price = { usdPerMillionInputTokens: 0, usdPerMillionOutputTokens: 0, usdPerRequest: 0.001 };

/** Moments from which turns of the microtask queue are counted until the caller aborts. */
const moments = ["the start", "the end of the first call", "the constraints of a later hop"] as const;
type Moment = (typeof moments)[number];
/** More turns than any way takes from a moment to its next call. */
const mostTurns = 60;

interface World {
  readonly caller: AbortController;
  /** Calls of models, and those of them that began after the abort. */
  readonly calls: string[];
  readonly late: string[];
  started: number;
  reached(moment: Moment): void;
}

function createWorld(moment: Moment, turns: number): World {
  const caller = new AbortController();
  let isReached = false;
  return {
    caller,
    calls: [],
    late: [],
    started: 0,
    reached(now) {
      if (now !== moment || isReached) return;
      isReached = true;
      let turn: Promise<unknown> = Promise.resolve();
      for (let at = 0; at < turns; at += 1) turn = turn.then(() => {});
      void turn.then(() => caller.abort(new Error("the caller left")));
    },
  };
}

/** Creates a model that notes when it is called. Its first call fails if it `fails`; `eager`: before a stream is read. */
function watched(world: World, model: string, { fails = false, eager = false, lateMs = 0 } = {}): Model {
  let calls = 0;
  const begin = () => {
    world.calls.push(model);
    if (world.caller.signal.aborted) world.late.push(model);
    calls += 1;
    return calls;
  };
  const end = async (call: number) => {
    await setTimeout(0);
    world.reached("the end of the first call");
    if (fails && call === 1) throw new ProviderError({ kind: "server", model });
  };
  async function* chunks(begun?: number) {
    await end(begun ?? begin());
    if (lateMs > 0) await setTimeout(lateMs);
    yield chunkOf(model, { content: "Hi" }, "stop", true);
  }
  return {
    ...fakeModel({ model, price }),
    async generate() {
      await end(begin());
      return completionOf(model, true);
    },
    stream: () => (eager ? chunks(begin()) : chunks()),
  };
}

interface Way {
  readonly options?: (world: World) => Partial<RouterOptions<Id>>;
  readonly small?: Parameters<typeof watched>[2];
  readonly mode?: "stream" | "queue";
  readonly session?: string;
}

const check = (accepts: Check["accepts"]): Check => ({ name: "mine", accepts });
const judgeOf = (world: World) => watched(world, "judge");
const store = () => fleet({ store: memoryStore(), mode: "strict", timeoutMs: 5_000, sessionTrustMs: 0 });
const failing = { fails: true };
const budget = { name: "all", limitUsd: 30, period: "month" as const };
const asking = (world: World): Classifier => ({
  name: "asking",
  version: "1",
  async classify(_, hop) {
    for (let at = 0; at < 2; at += 1) await hop.generate(judgeOf(world), ask);
    return { complexity: 0.1 };
  },
});

const ways: Readonly<Record<string, Way>> = {
  "a fallback": { small: failing },
  "a retry": {
    small: failing,
    options: () => ({ execution: { retries: 1, backoffBaseMs: 0, backoffCapMs: 0 } }),
  },
  "a fallback of a stream": { small: failing, mode: "stream" },
  "a fallback of a stream that begins at once": { small: { fails: true, eager: true }, mode: "stream" },
  "a cascade": {
    options: () => ({
      policy: cascade({ first: "small", then: "large", unless: check(async () => false) }),
    }),
  },
  "a cascade in a stream": {
    mode: "stream",
    options: () => ({
      policy: cascade({ first: "small", then: "large", unless: check(async () => false) }),
    }),
  },
  "a check that asks a model": {
    options: (world) => ({
      execution: {
        degraded: check(async (_, __, hop) => Boolean(await hop.generate(judgeOf(world), ask))),
      },
    }),
  },
  "a check that asks again": {
    options: () => ({ execution: { degraded: check(async (_, __, hop) => Boolean(await hop.again?.())) } }),
  },
  "a classifier that asks a model twice": {
    options: (world) => ({
      classifier: asking(world),
      policy: { name: "mine", select: ({ classification }) => choose(classification?.complexity) },
    }),
  },
  "a coalesced request": { small: failing, options: () => ({ coalesce: true }) },
  "a budget of several processes": {
    small: failing,
    options: () => ({ shared: store(), budgets: [budget] }),
  },
  "a check that asks a model within a budget of several processes": {
    options: (world) => ({
      shared: store(),
      budgets: [budget],
      execution: {
        degraded: check(async (_, __, hop) => Boolean(await hop.generate(judgeOf(world), ask))),
      },
    }),
  },
  "a rate of several processes": {
    small: failing,
    options: () => ({
      shared: store(),
      execution: { retries: 0, limits: { requestsPerMinute: 60 } },
    }),
  },
  "a session of several processes": {
    session: "a",
    small: failing,
    options: () => ({ shared: store(), policy: sticky(always("small")) }),
  },
  "a hedge": {
    mode: "stream",
    small: { lateMs: 5 },
    options: () => ({ execution: { hedge: { afterMs: 1, ratio: 1 } } }),
  },
  "a hedge within a budget of several processes": {
    mode: "stream",
    small: { lateMs: 5 },
    options: () => ({
      shared: store(),
      budgets: [budget],
      execution: { hedge: { afterMs: 1, ratio: 1 } },
    }),
  },
  "a place in the queue": {
    mode: "queue",
    options: () => ({ execution: { retries: 0, limits: { maxConcurrent: 1 } } }),
  },
};

function choose(complexity = 1): { model: Id; reason: string } {
  return { model: complexity < 0.5 ? "small" : "large", reason: "mine" };
}

async function run({ options, small, mode, session }: Way, world: World): Promise<"answered" | "aborted"> {
  const constraint: Constraint = {
    name: "watching",
    permits(_, { hop }) {
      if (hop !== "answer" && hop !== "classify") world.reached("the constraints of a later hop");
      return true;
    },
  };
  const router = createRouter<Record<Id, Model>>({
    models: { small: watched(world, "small", small), large: watched(world, "large") },
    policy: always("small"),
    constraints: [constraint],
    onEvent: ({ type }) => {
      if (type === "attempt-started") world.started += 1;
    },
    ...options?.(world),
    ...(options?.(world).execution === undefined ? { execution: { retries: 0 } } : {}),
  });
  const request = { ...ask, session };
  const { signal } = world.caller;
  try {
    const first = mode === "queue" ? router.route(ask) : undefined;
    world.reached("the start");
    if (mode === "stream") for await (const _ of router.stream(request, { signal }));
    else await router.route(request, { signal });
    await first;
    return "answered";
  } catch (error) {
    expect(error).toBe(signal.reason);
    return "aborted";
  } finally {
    // What goes on without its caller.
    await setTimeout(8);
    await router.close();
  }
}

describe.each(Object.entries(ways))("%s", (_, way) => {
  it.each(moments)("calls no model once the caller has aborted, at any turn after %s", async (moment) => {
    const worlds = Array.from({ length: mostTurns }, (_, turns) => createWorld(moment, turns));
    await Promise.all(worlds.map((world) => run(way, world)));
    expect(worlds.flatMap(({ late }) => late)).toEqual([]);
    // An attempt is recorded, and paid for, only if a model was called.
    expect(worlds.map(({ started }) => started)).toEqual(worlds.map(({ calls }) => calls.length));
  });
});

it.each(["generate", "stream"] as const)(
  "a listener that aborts as an attempt starts: no %s",
  async (method) => {
    const world = createWorld("the start", 0);
    const { signal } = world.caller;
    const router = createRouter({
      models: { small: watched(world, "small", { eager: true }) },
      policy: always("small"),
      onEvent: ({ type }) => {
        if (type === "attempt-started") world.caller.abort(new Error("the caller left"));
      },
    });
    const asked =
      method === "stream"
        ? router.stream(ask, { signal })[Symbol.asyncIterator]().next()
        : router.route(ask, { signal });
    await expect(asked).rejects.toThrow("the caller left");
    expect(world.calls).toEqual([]);
  },
);

it("a function that selects requests to coalesce and aborts: no call", async () => {
  const world = createWorld("the start", 0);
  const { signal } = world.caller;
  const router = createRouter({
    models: { small: watched(world, "small") },
    policy: always("small"),
    coalesce: () => {
      world.caller.abort(new Error("the caller left"));
      return true;
    },
  });
  await expect(router.route(ask, { signal })).rejects.toBe(signal.reason);
  expect(world.calls).toEqual([]);
});

describe("after the wait for a store that reserves a call's cost", () => {
  /** Opens a router whose store takes a while, during which `meanwhile` runs. */
  function open(meanwhile: () => void, more: Partial<RouterOptions<Id>>) {
    const world = createWorld("the start", 0);
    const kept = memoryStore();
    const slow: Store = {
      ...kept,
      quotas: {
        ...kept.quotas,
        reserve: async (of) => {
          const answer = await kept.quotas.reserve(of);
          meanwhile();
          return answer;
        },
      },
    };
    const router = createRouter<Record<Id, Model>>({
      models: { small: watched(world, "small"), large: watched(world, "large") },
      policy: always("small"),
      budgets: [budget],
      shared: fleet({ store: slow, mode: "strict", timeoutMs: 5_000 }),
      ...more,
    });
    onTestFinished(() => router.close());
    return { router, world };
  }

  it("the constraints are evaluated again, for the plan's calls", async () => {
    let allowed = true;
    const { router, world } = open(
      () => {
        allowed = false;
      },
      {
        constraints: [{ name: "mine", permits: ({ id }) => id !== "small" || allowed || "no more" }],
      },
    );
    const { decision, attempts } = await router.route(ask);
    expect(decision.model).toBe("small");
    expect(attempts).toMatchObject([{ model: "large", hop: "fallback" }]);
    expect(world.calls).toEqual(["large"]);
    const [account] = await router.readBudgets();
    expect(account?.used).toBeCloseTo(0.001);
  });

  it("the constraints are evaluated again, for a classifier's calls", async () => {
    let isAsking = true;
    const { router, world } = open(
      () => {
        isAsking = false;
      },
      {
        constraints: [{ name: "mine", permits: (_, { hop }) => hop !== "classify" || isAsking || "no more" }],
        classifier: {
          name: "asking",
          version: "1",
          classify: async (_, hop) => ({
            complexity: (await hop.generate(watched(world, "judge"), ask)).choices.length,
          }),
        },
        policy: { name: "mine", select: ({ classification }) => choose(classification?.complexity) },
      },
    );
    await router.route(ask);
    expect(world.calls).toEqual(["large"]);
  });

  it("no call is made, and none is paid for, if the deadline has passed", async () => {
    let now = 1_000;
    const { router, world } = open(
      () => {
        now += 60;
      },
      { monotonicClock: () => now },
    );
    const error: unknown = await router.route({ ...ask, deadlineMs: 50 }).catch((thrown: unknown) => thrown);
    expect(isRouterError(error, "deadline-exceeded") && error.attempts).toEqual([]);
    expect(world.calls).toEqual([]);
    const [account] = await router.readBudgets();
    expect(account?.used).toBe(0);
  });
});
