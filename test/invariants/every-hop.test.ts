import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import {
  boundary,
  healthy,
  maxCost,
  only,
  safetyFloor,
  startsWithin,
} from "../../policies/constraints/index.ts";
import { always } from "../../policies/index.ts";
import type { Candidate, Hop, HopContext, ProviderErrorKind } from "../../src/contracts/index.ts";
import {
  type ChatRequest,
  type Check,
  type Classifier,
  type Constraint,
  createRouter,
  type Model,
  type Policy,
  ProviderError,
  type RouterOptions,
} from "../../src/index.ts";
import { type FakeModelOptions, fakeModel } from "../../src/testing/index.ts";

type Id = "small" | "large";

/** One USD per call, whatever its length. */
const oneUsd = { usdPerMillionInputTokens: 0, usdPerMillionOutputTokens: 0, usdPerRequest: 1 };
const free = { usdPerMillionInputTokens: 0, usdPerMillionOutputTokens: 0 };
const question: ChatRequest = { messages: [{ role: "user", content: "Rate it." }] };
const ask = { messages: [{ role: "user" as const, content: "Hello" }] };

function make(
  options: Partial<RouterOptions<Id>> & {
    readonly small?: FakeModelOptions;
    readonly large?: FakeModelOptions;
  },
) {
  const { small: ofSmall, large: ofLarge, ...rest } = options;
  const small = fakeModel({ model: "small", price: oneUsd, answer: "from small", ...ofSmall });
  const large = fakeModel({ model: "large", price: oneUsd, answer: "from large", ...ofLarge });
  const models: { readonly small: Model; readonly large: Model } = { small, large };
  const router = createRouter({ models, policy: always("small"), random: () => 0, ...rest });
  return { router, small, large };
}

/** Creates a classifier that uses its hop as given, and records the outcome. */
function classifying(use: (hop: HopContext) => Promise<unknown>): Classifier & { outcome?: unknown } {
  const classifier: Classifier & { outcome?: unknown } = {
    name: "using-a-model",
    version: "1",
    async classify(_, hop) {
      try {
        classifier.outcome = await use(hop);
      } catch (error) {
        classifier.outcome = error;
      }
      return { complexity: 0.5 };
    },
  };
  return classifier;
}

const failure = (kind: ProviderErrorKind, retryAfterMs?: number) =>
  new ProviderError({ kind, model: "fake:small", retryAfterMs });

/** Creates a constraint that refuses one model from a moment on. */
const until = (id: string, moment: number): Constraint => ({
  name: "until",
  permits: (candidate, { now }) => candidate.id !== id || now < moment || "too late",
});

beforeEach(() => vi.useFakeTimers({ now: 0 }));
afterEach(() => vi.useRealTimers());

/** Returns the outcome of a request while timers fire when due. */
async function settled<T>(promise: Promise<T>): Promise<T | Error> {
  const outcome = promise.catch((error: Error) => error);
  await vi.runAllTimersAsync();
  return outcome;
}

describe("a retry", () => {
  it("is not made if a constraint forbids it after the wait: the next model is called", async () => {
    const { router, small } = make({
      small: { error: failure("rate-limit", 1_000) },
      constraints: [until("small", 500)],
    });
    const result = await settled(router.route(ask));
    expect(result).toMatchObject({ text: "from large", attempts: [{ hop: "answer" }, { hop: "fallback" }] });
    expect(small.requests).toHaveLength(1);
  });

  it("is not made either if there is no other model", async () => {
    const { router, small } = make({
      small: { error: failure("rate-limit", 1_000) },
      constraints: [until("small", 500), only("small")],
    });
    expect(await settled(router.route(ask))).toMatchObject({ code: "all-models-failed" });
    expect(small.requests).toHaveLength(1);
  });

  it("is not made in a stream either", async () => {
    const { router, small } = make({
      small: { error: failure("rate-limit", 1_000) },
      constraints: [until("small", 500)],
    });
    const stream = router.stream(ask);
    const reading = (async () => {
      for await (const _ of stream);
    })();
    await settled(reading);
    expect(await stream.result).toMatchObject({ text: "from large" });
    expect(small.requests).toHaveLength(1);
  });
});

describe("the plan and its fallbacks", () => {
  const notAt = (hop: Hop): Constraint => ({
    name: "not-at",
    permits: ({ id }, context) => id !== "large" || context.hop !== hop || `not at ${hop}`,
  });

  it("are checked again when it is their turn: a fallback of the decision may be forbidden by then", async () => {
    const { router, large } = make({
      small: { error: failure("not-found") },
      constraints: [notAt("fallback")],
    });
    expect(await settled(router.route(ask))).toMatchObject({ code: "all-models-failed" });
    expect(large.requests).toEqual([]);
  });

  it("do not escalate to a model that is forbidden by then", async () => {
    const never: Check = { name: "never", accepts: () => false };
    const cascade: Policy<Id> = {
      name: "cascade",
      select: () => ({ model: "small", reason: "", escalate: [{ unless: never, to: "large" }] }),
    };
    const { router, large } = make({ policy: cascade, constraints: [notAt("cascade")] });
    await settled(router.route(ask));
    expect(large.requests).toEqual([]);
  });

  it("do not begin with a model that is forbidden since the decision: the next model is called", async () => {
    const slow = classifying(() => new Promise((resolve) => setTimeout(resolve, 100)));
    const { router, small } = make({ classifier: slow, constraints: [until("small", 50)] });
    expect(await settled(router.route(ask))).toMatchObject({
      text: "from large",
      decision: { model: "small" },
      attempts: [{ model: "large", hop: "fallback" }],
    });
    expect(small.requests).toEqual([]);
  });

  it("do not begin with it either if there is no other model", async () => {
    const slow = classifying(() => new Promise((resolve) => setTimeout(resolve, 100)));
    const { router, small, large } = make({
      classifier: slow,
      constraints: [until("small", 50)],
      execution: { fallback: false },
    });
    expect(await settled(router.route(ask))).toMatchObject({
      code: "no-eligible-model",
      reasons: { small: "until: too late" },
    });
    expect([...small.requests, ...large.requests]).toEqual([]);
  });
});

describe("a call of a classifier or a check", () => {
  const onPrem = boundary({ label: "boundary", required: "on-prem" });
  const labelled = { labels: { boundary: "on-prem" } };

  it("to one of the router's models is known by its id", async () => {
    const seen: string[] = [];
    const watch: Constraint = {
      name: "watch",
      permits: ({ id }, { hop }) => {
        if (hop === "classify") seen.push(id);
        return true;
      },
    };
    const classifier = classifying((hop) => hop.generate(router.models.large, question));
    const { router } = make({ classifier, constraints: [watch] });
    const result = await settled(router.route(ask));
    expect(new Set(seen)).toEqual(new Set(["large"]));
    expect(result).toMatchObject({ attempts: [{ model: "large", name: "fake:large", hop: "classify" }, {}] });
  });

  it.each([
    { what: "worse", ofRouter: labelled, ofOther: {} },
    { what: "better", ofRouter: {}, ofOther: labelled },
  ])(
    "cannot borrow the name of one of the router's models with labels that are $what",
    async ({ ofRouter, ofOther }) => {
      const other = fakeModel({ model: "other", name: "fake:large", ...ofOther });
      const classifier = classifying((hop) => hop.generate(other, question));
      const { router } = make({
        classifier,
        // With two permitted models, so that the classifier is used.
        small: labelled,
        large: { ...ofRouter },
        constraints: [{ ...onPrem, permits: (c, at) => at.hop === "answer" || onPrem.permits(c, at) }],
      });
      await settled(router.route(ask));
      expect(other.requests).toEqual([]);
      expect(classifier.outcome).toMatchObject({
        code: "no-eligible-model",
        reasons: { large: "boundary: boundary is not known, on-prem is required" },
      });
    },
  );

  it("cannot borrow the id of one of the router's models", async () => {
    const other = fakeModel({ model: "other", name: "small" });
    const classifier = classifying((hop) => hop.generate(other, question));
    const { router } = make({ classifier, constraints: [only("small", "large")] });
    await settled(router.route(ask));
    expect(other.requests).toEqual([]);
    expect(classifier.outcome).toMatchObject({ code: "no-eligible-model" });
  });

  it("is priced for constraints on cost, and refused if the price is unknown", async () => {
    const judges = [oneUsd, { ...oneUsd, usdPerRequest: 3 }, undefined].map((price, index) =>
      fakeModel({ model: `judge-${index}`, price }),
    );
    const classifier = classifying((hop) =>
      Promise.allSettled(judges.map((judge) => hop.generate(judge, question))),
    );
    const { router } = make({ classifier, constraints: [maxCost({ usd: 2 })] });
    await settled(router.route(ask));
    expect(judges.map(({ requests }) => requests.length)).toEqual([1, 0, 0]);
    expect(classifier.outcome).toMatchObject([
      { status: "fulfilled" },
      { reason: { reasons: { "fake:judge-1": "maxCost: costs up to 3.00 USD, more than 2" } } },
      { reason: { reasons: { "fake:judge-2": "maxCost: its price is not known" } } },
    ]);
  });

  it("is subject to the constraints of the request, not only to those of the router", async () => {
    const judge = fakeModel({ model: "judge" });
    const classifier = classifying((hop) => hop.generate(judge, question));
    const { router } = make({ classifier });
    await settled(router.route({ ...ask, constraints: [only("small", "large")] }));
    expect(judge.requests).toEqual([]);
    expect(classifier.outcome).toMatchObject({ reasons: { "fake:judge": "only: not among small, large" } });
  });

  it("to the model whose answer is checked must be permitted again", async () => {
    const check: Check = {
      name: "agreement",
      accepts: async (_, __, hop) => (await hop.again?.()) !== undefined,
    };
    const policy: Policy<Id> = {
      name: "cascade",
      select: () => ({ model: "small", reason: "", escalate: [{ unless: check, to: "large" }] }),
    };
    const oneCall: Constraint = {
      name: "one-call",
      permits: ({ id }, { hop }) => id !== "small" || hop !== "check" || "not again",
    };
    const { router, small } = make({ policy, constraints: [oneCall] });
    const result = await settled(router.route(ask));
    expect(small.requests).toHaveLength(1);
    expect(result).toMatchObject({
      text: "from large",
      attempts: [{ check: { accepted: false, error: expect.stringContaining("one-call: not again") } }, {}],
    });
  });

  it("is not made after the deadline", async () => {
    const judge = fakeModel({ model: "judge", price: free });
    const classifier = classifying((hop) => {
      vi.setSystemTime(5_000); // No timer has fired yet.
      return hop.generate(judge, question);
    });
    const { router } = make({ classifier, clock: Date.now });
    expect(await settled(router.route({ ...ask, deadlineMs: 1_000 }))).toMatchObject({
      code: "deadline-exceeded",
    });
    expect(judge.requests).toEqual([]);
    expect(classifier.outcome).toMatchObject({ code: "deadline-exceeded" });
  });

  it("is not made once the hop is over: an abandoned classifier calls no model", async () => {
    const judge = fakeModel({ model: "judge" });
    const classifier = classifying(async (hop) => {
      await new Promise((resolve) => setTimeout(resolve, 500));
      return hop.generate(judge, question);
    });
    const { router } = make({ classifier, classifierTimeoutMs: 100 });
    expect(await settled(router.route(ask))).toMatchObject({ text: "from small" });
    expect(classifier.outcome).toMatchObject({ name: "AbortError" });
    expect(judge.requests).toEqual([]);
  });

  it("is not made once the hop is over: a classifier that has answered calls no model later", async () => {
    const judge = fakeModel({ model: "judge" });
    let outcome: Promise<unknown> = Promise.resolve();
    const classifier: Classifier = {
      name: "keeps-its-hop",
      version: "1",
      classify(_, hop) {
        setTimeout(() => {
          outcome = hop.generate(judge, question).catch((error: unknown) => error);
        }, 100);
        return { complexity: 0.5 };
      },
    };
    const hops: Hop[] = [];
    const { router } = make({
      classifier,
      onEvent: (event) => {
        if (event.type === "attempt-started") hops.push(event.hop);
      },
    });
    expect(await settled(router.route(ask))).toMatchObject({ text: "from small" });
    expect(await outcome).toMatchObject({ name: "AbortError" });
    expect(judge.requests).toEqual([]);
    expect(hops).toEqual(["answer"]); // There is no attempt either.
  });

  it("is subject to the floor under risky requests", async () => {
    const classifier = classifying((hop) => hop.generate(router.models.small, question));
    const risky: Constraint<Id> = safetyFloor({ when: () => true, forbid: ["small"] });
    const atHops: Constraint<Id> = {
      ...risky,
      permits: (c, at) => at.hop === "answer" || risky.permits(c, at),
    };
    const { router, small } = make({ classifier, constraints: [atHops], policy: always("large") });
    await settled(router.route(ask));
    expect(small.requests).toEqual([]);
  });
});

describe("maxCostUsd", () => {
  it("counts what the classifier has spent", async () => {
    const judge = fakeModel({ model: "judge", price: oneUsd });
    const classifier = classifying((hop) => hop.generate(judge, question));
    const { router, small } = make({ classifier });
    expect(await settled(router.route({ ...ask, maxCostUsd: 1.5 }))).toMatchObject({
      code: "budget-exceeded",
      attempts: [{ hop: "classify" }],
    });
    expect(small.requests).toEqual([]);
    expect(await settled(router.route({ ...ask, maxCostUsd: 2 }))).toMatchObject({ costUsd: 2 });
  });

  it("refuses a classifier's call that it does not cover, or whose price is unknown", async () => {
    const dear = fakeModel({ model: "dear", price: { ...oneUsd, usdPerRequest: 9 } });
    const unknown = fakeModel({ model: "unknown" });
    const classifier = classifying((hop) =>
      Promise.allSettled([dear, unknown].map((judge) => hop.generate(judge, question))),
    );
    const { router } = make({ classifier });
    expect(await settled(router.route({ ...ask, maxCostUsd: 5 }))).toMatchObject({ text: "from small" });
    expect(classifier.outcome).toMatchObject([
      { reason: { code: "budget-exceeded" } },
      { reason: { code: "budget-exceeded" } },
    ]);
    expect([...dear.requests, ...unknown.requests]).toEqual([]);
  });

  it("is not exceeded by calls made at the same time", async () => {
    const judge = fakeModel({ model: "judge", price: oneUsd });
    const check: Check = {
      name: "jury",
      accepts: async (_, __, hop) => {
        await Promise.allSettled([1, 2, 3, 4, 5].map(() => hop.generate(judge, question)));
        return true;
      },
    };
    const policy: Policy<Id> = {
      name: "cascade",
      select: () => ({ model: "small", reason: "", escalate: [{ unless: check, to: "large" }] }),
    };
    const { router } = make({ policy });
    expect(await settled(router.route({ ...ask, maxCostUsd: 3 }))).toMatchObject({ costUsd: 3 });
    expect(judge.requests).toHaveLength(2);
  });

  it("charges a call without usage its expected cost", async () => {
    const silent = fakeModel({ model: "silent", price: oneUsd });
    const judge: Model = {
      ...silent,
      async generate(request, options) {
        const { usage: _, ...completion } = await silent.generate(request, options);
        return completion;
      },
    };
    const classifier = classifying((hop) => hop.generate(judge, question));
    const { router } = make({ classifier });
    expect(await settled(router.route({ ...ask, maxCostUsd: 1.5 }))).toMatchObject({
      code: "budget-exceeded",
    });
    expect(silent.requests).toHaveLength(1);
  });
});

describe("the health of a model", () => {
  it("is learnt from calls, seen by constraints at the next hop, and forgotten with time", async () => {
    let failing = true;
    const { router, small } = make({
      small: {
        answer: () => {
          if (failing) throw failure("server");
          return "from small";
        },
      },
      constraints: [healthy()],
      execution: { retries: 10, backoffBaseMs: 1, backoffCapMs: 1 },
    });
    const result = await settled(router.route(ask));
    expect(result).toMatchObject({ text: "from large" });
    expect(small.requests).toHaveLength(5); // Without the constraint, retries would have made 11.
    failing = false;
    // While it is unhealthy, always("small") has no opinion.
    await expect(router.decide(ask)).rejects.toMatchObject({ code: "policy" });
    await vi.advanceTimersByTimeAsync(60_000);
    expect(await settled(router.route(ask))).toMatchObject({ text: "from small" });
  });

  it("contains the time to first token of streams", async () => {
    const { router, small } = make({
      small: { wait: () => new Promise((resolve) => setTimeout(resolve, 300)) },
      policy: { name: "first", select: ({ candidates: [one] }) => one && { model: one.id, reason: "" } },
      constraints: [startsWithin({ p95FirstTokenMs: 250 })],
    });
    for (let count = 0; count < 20; count += 1) {
      expect((await router.decide(ask)).model).toBe("small");
      await settled(
        (async () => {
          for await (const _ of router.stream(ask));
        })(),
      );
    }
    expect(small.requests).toHaveLength(20);
    const decision = await router.decide(ask);
    expect(decision.model).toBe("large");
    expect(decision.candidates[0]?.permitted).toBe(
      "startsWithin: p95 of the time to first token is 300 ms, more than 250",
    );
  });
});

it("a policy that writes to its candidates fails, and no model is called", async () => {
  const policy: Policy<Id> = {
    name: "writes",
    select: ({ candidates }) => {
      const [small] = candidates;
      if (small !== undefined) (candidates as Candidate<Id>[]).push({ ...small, id: "large" });
      return { model: "large", reason: "" };
    },
  };
  const { router, large } = make({ policy, constraints: [only("small")] });
  await expect(router.decide(ask)).rejects.toThrow("policy writes changed the candidates that it was given");
  await expect(router.route(ask)).rejects.toMatchObject({ code: "policy" });
  expect(large.requests).toEqual([]);
});

it("a constraint that throws, or answers with anything but true, permits nothing", async () => {
  const broken: readonly unknown[] = [
    () => {
      throw new TypeError("secret");
    },
    async () => true,
    () => "",
    () => 1,
  ];
  for (const permits of broken) {
    const constraint = { name: "broken", permits } as Constraint;
    const { router, small, large } = make({ constraints: [constraint] });
    const error = await router.route(ask).catch((caught: Error) => caught);
    expect(error).toMatchObject({ code: "no-eligible-model" });
    expect(String(error)).not.toContain("secret");
    expect([...small.requests, ...large.requests]).toEqual([]);
  }
});

it("a decision lists every model, each with the first constraint that refuses it and why", async () => {
  const models = {
    tiny: fakeModel({ model: "tiny", labels: { boundary: "cloud" } }),
    small: fakeModel({ model: "small", price: oneUsd }),
    large: fakeModel({
      model: "large",
      price: { ...oneUsd, usdPerRequest: 9 },
      labels: { boundary: "on-prem" },
    }),
    local: fakeModel({ model: "local", price: free, labels: { boundary: "on-prem" } }),
  };
  const constraints = [boundary({ label: "boundary", required: "on-prem" }), maxCost({ usd: 2 })];
  const router = createRouter({ models, policy: always("local"), constraints });
  const { candidates } = await router.decide(ask);
  expect(candidates.map(({ model, permitted }) => [model, permitted])).toEqual([
    ["tiny", "boundary: boundary is cloud, on-prem is required"], // Its price is unknown, too.
    ["small", "boundary: boundary is not known, on-prem is required"],
    ["large", "maxCost: costs up to 9.00 USD, more than 2"],
    ["local", true],
  ]);
});
