import { afterEach, describe, expect, it, vi } from "vitest";
import { except, only } from "../../../policies/constraints/index.ts";
import { always, firstOf, mix, threshold } from "../../../policies/index.ts";
import type { Candidate } from "../../../src/contracts/index.ts";
import {
  type Check,
  type Classifier,
  type Constraint,
  createRouter,
  isRouterError,
  type Policy,
  ProviderError,
  type RouterEvent,
  type RouterOptions,
} from "../../../src/index.ts";
import { fakeModel } from "../../../src/testing/index.ts";

const price = { usdPerMillionInputTokens: 1_000, usdPerMillionOutputTokens: 10_000 };
const byMark: Classifier = {
  name: "mark",
  version: "1",
  classify: ({ ask }) => ({ complexity: ask.includes("!") ? 0.9 : 0.1 }),
};
const split = threshold({ small: "small", large: "large", at: 0.5 });

function make(
  options: Partial<RouterOptions<"small" | "large">> = {},
  models: { small?: object; large?: object } = {},
) {
  const small = fakeModel({ model: "small", price, answer: "from small", ...models.small });
  const large = fakeModel({ model: "large", price, answer: "from large", ...models.large });
  const events: RouterEvent[] = [];
  const router = createRouter({
    models: { small, large },
    policy: split,
    classifier: byMark,
    random: () => 0.25,
    newId: () => "id-1",
    clock: () => Date.UTC(2026, 0, 1),
    onEvent: (event) => events.push(event),
    ...options,
  });
  return { router, small, large, events };
}

afterEach(() => vi.useRealTimers());

describe("a decision", () => {
  it("is JSON that says where, why, among which and how likely, and holds no text", async () => {
    const { router } = make();
    const decision = await router.decide({ messages: [{ role: "user", content: "secret!" }], tenant: "t" });
    expect(JSON.parse(JSON.stringify(decision))).toEqual({
      id: "id-1",
      at: "2026-01-01T00:00:00.000Z",
      model: "large",
      plan: [{ model: "large" }],
      fallbacks: ["small"],
      request: {
        askCharacters: 7,
        characters: 7,
        inputTokens: 6,
        expectedOutputTokens: 300,
        turns: 1,
        tools: 0,
        images: 0,
        toolLoopPending: false,
        jsonSchema: false,
        step: { kind: "ask" },
        tenant: "t",
        labels: {},
      },
      classification: { complexity: 0.9 },
      candidates: [
        {
          model: "small",
          permitted: true,
          estimatedInputTokens: 6,
          estimatedCostUsd: expect.closeTo(3.006, 9),
          unknown: ["contextWindow"],
        },
        {
          model: "large",
          permitted: true,
          estimatedInputTokens: 6,
          estimatedCostUsd: expect.closeTo(3.006, 9),
          unknown: ["contextWindow"],
        },
      ],
      draw: 0.25,
      policy: {
        name: "threshold",
        parameters: { small: "small", large: "large", at: 0.5, otherwise: "large" },
      },
      reason: "complexity at or above 0.5",
      expectedCostUsd: expect.closeTo(3.006, 9),
      propensity: 1,
      forced: false,
      certified: false,
      versions: {
        package: expect.stringMatching(/^\d+\.\d+\.\d+$/),
        classifier: "mark@1",
        catalogue: expect.stringMatching(/^\d{4}-\d\d-\d\d$/),
        policy: expect.stringMatching(/^[0-9a-f]{12}$/),
      },
    });
  });

  it("calls no model of the plan", async () => {
    const { router, small, large } = make();
    await router.decide("easy");
    expect([...small.requests, ...large.requests]).toEqual([]);
  });

  it("is the same for the same inputs", async () => {
    const policy = mix({ small: 0.5, large: 0.5 });
    const [first, second] = [make({ policy }), make({ policy })];
    expect(await first.router.decide("x")).toEqual(await second.router.decide("x"));
  });

  it("records the propensity of a lottery", async () => {
    const { router } = make({ policy: mix({ small: 0.2, large: 0.8 }) });
    expect(await router.decide("x")).toMatchObject({ model: "large", draw: 0.25, propensity: 0.8 });
  });

  it("settles a lottery by the draw that it is given, in place of the router's own", async () => {
    const { router } = make({ policy: mix({ small: 0.2, large: 0.8 }) });
    const draws = [0, 0.19, 0.21, 0.999];
    const models = draws.map(async (draw) => (await router.decide("x", { draw })).model);
    expect(await Promise.all(models)).toEqual(["small", "small", "large", "large"]);
    expect(await router.decide("x", { draw: 0.19 })).toMatchObject({ draw: 0.19, propensity: 0.2 });
    for (const draw of [1, -0.1, Number.NaN, "0.5" as unknown as number])
      await expect(router.decide("x", { draw })).rejects.toThrow("decide.draw must be a number in [0, 1)");
  });

  it("names each model that may not serve, with the constraint and its reason", async () => {
    const eu: Constraint = {
      name: "eu",
      permits: ({ facts }) => facts.labels["residency"] === "eu" || "not in the EU",
    };
    const { router } = make({ constraints: [eu] }, { large: { labels: { residency: "eu" } } });
    const decision = await router.decide("easy");
    expect(decision.model).toBe("large");
    expect(decision.candidates[0]).toMatchObject({ model: "small", permitted: "eu: not in the EU" });
  });

  it("counts tokens exactly only if an estimate cannot decide", async () => {
    const { router } = make({}, { small: { contextWindow: 1_000 } });
    const near = await router.decide("word ".repeat(700)); // about 875 tokens by estimate, 701 by count
    expect(near.request.inputTokensExact).toBe(true);
    expect(near.request.inputTokens).toBeLessThan(720);
    expect(near.candidates[0]?.permitted).not.toBe(true); // 701 + 300 > 1,000
    expect((await router.decide("short")).request.inputTokensExact).toBeUndefined();
  });

  it.each(["route", "decide"] as const)("counts no longer than until the deadline in %s", async (way) => {
    const { router, events } = make({ clock: Date.now }, { small: { contextWindow: 1_000_000 } });
    const messages = [{ role: "user" as const, content: "(".repeat(3_900_000) }];
    const asked = router[way]({ messages, deadlineMs: 20 });
    await expect(asked).rejects.toMatchObject({ code: "deadline-exceeded", deadlineMs: 20, attempts: [] });
    expect(events.some(({ type }) => type === "decision-made")).toBe(false);
  });
});

describe("pins", () => {
  it("choose the model, skip classifier and policy, and have no fallback", async () => {
    const classify = vi.fn(byMark.classify);
    const { router } = make({ classifier: { ...byMark, classify } });
    const decision = await router.decide({ messages: [{ role: "user", content: "easy" }], model: "large" });
    expect(decision).toMatchObject({
      model: "large",
      forced: true,
      propensity: 1,
      fallbacks: [],
      reason: "pinned by the request",
    });
    expect(decision.versions.classifier).toBe("none");
    expect(classify).not.toHaveBeenCalled();
  });

  it("fall back if they ask for it, and other requests do not if they forbid it", async () => {
    const down = {
      generate: () => Promise.reject(new ProviderError({ kind: "not-found", model: "fake:large" })),
    };
    const models = { small: fakeModel(), large: { ...fakeModel({ model: "large" }), ...down } };
    const router = createRouter({ models, policy: always("large") });
    const request = { messages: [{ role: "user" as const, content: "x" }] };
    const { decision, attempts } = await router.route({ ...request, model: "large", fallback: true });
    expect(decision).toMatchObject({ forced: true, fallbacks: ["small"] });
    expect(attempts.map(({ model }) => model)).toEqual(["large", "small"]);
    await expect(router.route({ ...request, model: "large" })).rejects.toThrow(/all models failed/);
    await expect(router.route({ ...request, fallback: false })).rejects.toThrow(/all models failed/);
    const never = createRouter({ models, policy: always("large"), execution: { fallback: false } });
    await expect(never.route({ ...request, fallback: true })).rejects.toThrow(/all models failed/);
    const refused = router.route({ ...request, fallback: "yes" as never });
    await expect(refused).rejects.toThrow(/fallback must be true or false/);
  });

  it("do not cross a constraint", async () => {
    const { router } = make({ constraints: [only("small")] });
    const pinned = router.decide({ messages: [{ role: "user", content: "x" }], model: "large" });
    await expect(pinned).rejects.toThrow(/no model may serve this request \(large: only: /);
  });

  it("to a model that the router does not have are refused, naming those it has", async () => {
    const { router } = make();
    const pinned = router.decide({ messages: [{ role: "user", content: "x" }], model: "huge" as "small" });
    await expect(pinned).rejects.toThrow(/pins a model that the router does not have; it has small, large/);
  });
});

describe("a classifier", () => {
  const broken: readonly (readonly [what: string, classify: Classifier["classify"], message: RegExp])[] = [
    [
      "throws",
      () => {
        throw new TypeError("secret");
      },
      /classifier broken threw an error of type TypeError/,
    ],
    ["rejects", () => Promise.reject(new RangeError("secret")), /threw an error of type RangeError/],
    ["returns NaN", () => ({ complexity: Number.NaN }), /the complexity NaN, which is not in \[0, 1\]/],
    ["returns more than 1", async () => ({ complexity: 1.5 }), /the complexity 1.5/],
    ["returns nothing", () => undefined as never, /the complexity undefined/],
  ];
  for (const [what, classify, message] of broken) {
    it(`that ${what} fails no request: the classification is absent and the event says why`, async () => {
      const { router, events } = make({ classifier: { name: "broken", version: "1", classify } });
      const { decision, text } = await router.route("easy");
      expect(text).toBe("from large");
      expect(decision.classification).toBeUndefined();
      expect(decision.classifierError).toMatch(message);
      expect(decision.reason).toBe("no classification");
      const failed = events.find(({ type }) => type === "classifier-failed");
      expect(failed).toMatchObject({
        error: { code: "classifier", message: expect.stringMatching(message) },
      });
      expect(JSON.stringify(events)).not.toContain("secret");
    });
  }

  it("that does not answer in time is abandoned, and its signal fires", async () => {
    vi.useFakeTimers();
    let stopped = false;
    const slow: Classifier = {
      name: "slow",
      version: "1",
      classify: (_, hop) => {
        hop.signal.addEventListener("abort", () => {
          stopped = true;
        });
        return new Promise(() => {});
      },
    };
    const { router } = make({ classifier: slow, classifierTimeoutMs: 200 });
    const deciding = router.decide("easy");
    await vi.advanceTimersByTimeAsync(200);
    expect((await deciding).classifierError).toBe("classifier slow gave no answer within 200 ms");
    expect(stopped).toBe(true);
    expect(vi.getTimerCount()).toBe(0);
  });

  it("is skipped when only one model may serve", async () => {
    const classify = vi.fn(byMark.classify);
    const { router } = make({ classifier: { ...byMark, classify }, constraints: [except("large")] });
    expect(await router.decide("hard!")).toMatchObject({ model: "small", reason: "large is not permitted" });
    expect(classify).not.toHaveBeenCalled();
  });

  it("reaches a model through the hop: recorded, priced, and under the team's constraints", async () => {
    const judge = fakeModel({
      model: "judge",
      price,
      answer: "0.9",
      usage: { inputTokens: 10, outputTokens: 1 },
    });
    const judging: Classifier = {
      name: "judging",
      version: "1",
      classify: async (_, hop) => {
        const answer = await hop.generate(judge, { messages: [{ role: "user", content: "rate" }] });
        return { complexity: Number(answer.choices[0]?.message.content) };
      },
    };
    const open = make({ classifier: judging });
    const result = await open.router.route("x");
    expect(result.decision.classification).toEqual({ complexity: 0.9 });
    expect(result.attempts.map(({ model, hop }) => [model, hop])).toEqual([
      ["fake:judge", "classify"],
      ["large", "answer"],
    ]);
    expect(result.attempts[0]?.costUsd).toBeCloseTo(0.02, 12);
    expect(result.costUsd).toBeCloseTo((result.attempts[1]?.costUsd ?? 0) + 0.02, 12);

    const onPrem: Constraint = {
      name: "on-prem",
      permits: ({ id }) => id !== "fake:judge" || "leaves the premises",
    };
    const closed = make({ classifier: judging, constraints: [onPrem] });
    const { decision } = await closed.router.route("x");
    expect(judge.requests).toHaveLength(1);
    expect(decision.classifierError).toContain("NoEligibleModelError");
  });
});

describe("a policy", () => {
  const select = (opinion: unknown): Policy<"small" | "large"> => ({
    name: "mine",
    select: () => opinion as never,
  });
  const cases: readonly (readonly [what: string, policy: Policy<"small" | "large">, message: RegExp])[] = [
    ["has no opinion", select(undefined), /policy mine had no opinion; permitted: small, large/],
    [
      "names a model that is not permitted",
      select({ model: "huge", reason: "" }),
      /chose "huge", which is not permitted/,
    ],
    [
      "returns a lottery that sums to 1.2",
      select([
        { model: "small", probability: 0.6, reason: "" },
        { model: "large", probability: 0.6, reason: "" },
      ]),
      /sum to 1.2, more than 1/,
    ],
    [
      "throws",
      {
        name: "mine",
        select: () => {
          throw new TypeError("secret");
        },
      },
      /policy mine threw an error of type TypeError$/,
    ],
  ];
  for (const [what, policy, message] of cases) {
    it(`that ${what} is a PolicyError`, async () => {
      const { router } = make({ policy });
      const error = await router.route("x").catch((caught: unknown) => caught);
      if (!isRouterError(error, "policy")) throw error;
      expect(error.message).toMatch(message);
    });
  }

  it("is asked with the permitted models only", async () => {
    let seen: readonly Candidate[] = [];
    const policy: Policy<"small" | "large"> = {
      name: "mine",
      select: ({ candidates }) => {
        seen = candidates;
        return { model: "small", reason: "" };
      },
    };
    const { router } = make({ policy, constraints: [only("small")] });
    await router.decide("x");
    expect(seen.map(({ id }) => id)).toEqual(["small"]);
  });
});

describe("route", () => {
  it("answers with text, completion, decision, attempts, usage and cost", async () => {
    const { router, small } = make(
      {},
      { small: { usage: { inputTokens: 100, outputTokens: 10, cachedInputTokens: 40 } } },
    );
    const result = await router.route({
      messages: [{ role: "user", content: "easy" }],
      temperature: 0,
      session: "s",
    });
    expect(result).toMatchObject({
      text: "from small",
      usage: { inputTokens: 100, outputTokens: 10, cachedInputTokens: 40 },
      decision: { model: "small" },
      attempts: [{ model: "small", hop: "answer" }],
    });
    expect(result.costUsd).toBeCloseTo(0.2, 12);
    expect(small.requests).toEqual([{ messages: [{ role: "user", content: "easy" }], temperature: 0 }]);
  });

  it("falls back, keeps every attempt, and sums the cost", async () => {
    const error = new ProviderError({ kind: "not-found", model: "fake:small", status: 404 });
    const { router } = make({}, { small: { error } });
    const { text, attempts, costUsd } = await router.route("easy");
    expect(text).toBe("from large");
    expect(attempts.map(({ model, hop, costUsd: cost }) => [model, hop, cost === 0])).toEqual([
      ["small", "answer", true],
      ["large", "fallback", false],
    ]);
    expect(costUsd).toBe(attempts[1]?.costUsd);
  });

  it("does not know the cost if a price is not known", async () => {
    const { router } = make({}, { small: { price: undefined } });
    const { costUsd, decision } = await router.route("easy");
    expect(costUsd).toBeUndefined();
    expect(decision.candidates[0]?.unknown).toContain("price");
  });

  it("runs a plan with a check, and escalates", async () => {
    const check: Check = {
      name: "mentions-large",
      accepts: (_, answer) => answer.choices[0]?.message.content === "from large",
    };
    const policy: Policy<"small" | "large"> = {
      name: "cascade",
      select: () => ({ model: "small", reason: "try", escalate: [{ unless: check, to: "large" }] }),
    };
    const { router } = make({ policy });
    const { text, decision, attempts } = await router.route("x");
    expect(text).toBe("from large");
    expect(decision.plan).toEqual([{ model: "small", unless: "mentions-large" }, { model: "large" }]);
    expect(attempts.map(({ hop, next }) => [hop, next])).toEqual([
      ["answer", "escalate"],
      ["cascade", undefined],
    ]);
  });

  it("learns how a model counts tokens, and how long its answers are", async () => {
    const { router } = make({}, { small: { usage: { inputTokens: 12, outputTokens: 50 } } });
    const before = (await router.decide("easy")).candidates[0]?.estimatedCostUsd ?? 0;
    for (let count = 0; count < 50; count += 1) await router.route("easy");
    const after = (await router.decide("easy")).candidates[0]?.estimatedCostUsd ?? 0;
    expect(before).toBeCloseTo(3.005, 6); // 5 tokens in, 300 expected out
    expect(after).toBeLessThan(0.7); // about 12 tokens in, 50 out, and four calls of the first expectation
    expect(after).toBeGreaterThan(0.5);
  });

  it("rethrows the reason of an abort, before and during the call", async () => {
    const reason = new Error("user left");
    const { router } = make({}, { small: { answer: () => new Promise<string>(() => {}) } });
    await expect(router.route("easy", { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    const controller = new AbortController();
    const routing = router.route("easy", { signal: controller.signal });
    setTimeout(() => controller.abort(reason), 1);
    await expect(routing).rejects.toBe(reason);
  });

  it("refuses a request that no model fits, and does not call a model of unknown price", async () => {
    const ask = { messages: [{ role: "user" as const, content: "easy" }], maxCostUsd: 0.1 };
    const error = await make()
      .router.route(ask)
      .catch((caught: unknown) => caught);
    if (!isRouterError(error, "budget-exceeded")) throw error;
    expect(error.message).toMatch(/maxCostUsd of 0.1 is not enough: small: costs up to 2\.\d\d USD/);
    const unknown = await make({}, { small: { price: undefined } }).router.route({ ...ask, maxCostUsd: 5 });
    expect(unknown.text).toBe("from large");
  });

  it("ends at the deadline", async () => {
    const { router } = make({ clock: Date.now }, { small: { answer: () => new Promise<string>(() => {}) } });
    const asked = router.route({ messages: [{ role: "user", content: "easy" }], deadlineMs: 20 });
    await expect(asked).rejects.toThrow("no answer within the deadline of 20 ms");
  });
});

describe("stream", () => {
  it("yields chunks, and has decision and result next to them", async () => {
    const { router } = make();
    const stream = router.stream("easy");
    expect((await stream.decision).model).toBe("small");
    let text = "";
    for await (const chunk of stream) text += chunk.choices[0]?.delta.content ?? "";
    expect(text).toBe("from small");
    expect(await stream.result).toMatchObject({
      text: "from small",
      attempts: [{ model: "small", firstTokenMs: 0 }],
    });
  });

  it("rejects in the same way everywhere, and leaves no unhandled rejection", async () => {
    const { router } = make({ policy: firstOf(always("small")), constraints: [only("large")] });
    const stream = router.stream("easy");
    const read = async () => {
      for await (const _ of stream);
    };
    const [iteration, decision, result] = await Promise.allSettled([read(), stream.decision, stream.result]);
    expect([iteration.status, decision.status, result.status]).toEqual(["rejected", "rejected", "rejected"]);
    router.stream("easy"); // its promises are not looked at
    await new Promise((resolve) => setTimeout(resolve, 5));
  });

  it("that is not iterated makes no call, and fails as a whole if there is no decision", async () => {
    const { router, events } = make({ policy: firstOf(always("small")), constraints: [only("large")] });
    await expect(router.stream("easy").result).rejects.toMatchObject({ code: "policy" });
    expect(events.map(({ type }) => type)).toEqual(["model-life", "request-failed"]);
  });

  it("that is left before it has begun rejects its result", async () => {
    const { router, events } = make();
    const stream = router.stream("easy");
    await stream.decision;
    await stream[Symbol.asyncIterator]().return?.();
    await expect(stream.result).rejects.toThrow("the consumer stopped reading");
    expect(events.map(({ type }) => type)).toEqual(["decision-made", "request-failed"]);
  });

  it("that is left early rejects its result and reports the failure", async () => {
    const { router, events } = make({}, { small: { answer: "one two three" } });
    const stream = router.stream("easy");
    for await (const _ of stream) break;
    await expect(stream.result).rejects.toThrow("the consumer stopped reading");
    expect(events.map(({ type }) => type)).toEqual([
      "decision-made",
      "attempt-started",
      "attempt-ended",
      "request-failed",
    ]);
  });
});

describe("events", () => {
  it("report each step, in order", async () => {
    const { router, events } = make();
    const { decision } = await router.route("easy");
    expect(events.map(({ type }) => type)).toEqual([
      "decision-made",
      "attempt-started",
      "attempt-ended",
      "request-completed",
    ]);
    expect(events[0]).toMatchObject({ decision });
    const last = events[3];
    if (last?.type !== "request-completed") throw new Error("not completed");
    expect(last.readText()).toEqual({ ask: "easy", window: "" });
    expect(JSON.stringify(events)).not.toContain("easy");
  });

  it("report a request that failed before its decision", async () => {
    const { router, events } = make();
    await expect(router.route("")).rejects.toThrow(/messages is an empty prompt/);
    expect(events).toMatchObject([
      { type: "request-failed", attempts: [], error: { code: "invalid-request" } },
    ]);
  });

  it("cannot break a request", async () => {
    const { router } = make({
      onEvent: () => {
        throw new Error("listener");
      },
    });
    expect((await router.route("easy")).text).toBe("from small");
  });

  it("cannot break a request, nor the process, by a listener that is asynchronous and rejects", async () => {
    const unhandled = vi.fn();
    process.on("unhandledRejection", unhandled);
    const { router } = make({ onEvent: (async () => Promise.reject(new Error("listener"))) as () => void });
    expect((await router.route("easy")).text).toBe("from small");
    await new Promise((resolve) => setTimeout(resolve, 5));
    process.off("unhandledRejection", unhandled);
    expect(unhandled).not.toHaveBeenCalled();
  });
});

describe("close", () => {
  it("flushes the listener and refuses later requests", async () => {
    const close = vi.fn(async () => {});
    const { router } = make({ onEvent: Object.assign(() => {}, { close }) });
    await router.close();
    expect(close).toHaveBeenCalledOnce();
    await expect(router.route("x")).rejects.toThrow(/the router is closed/);
    await expect(router.stream("x").decision).rejects.toThrow(/the router is closed/);
  });
});
