import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { finishReason, notRefused } from "../../../policies/checks/index.ts";
import { always, cascade } from "../../../policies/index.ts";
import {
  type Check,
  type Constraint,
  createRouter,
  type ExecutionOptions,
  type Model,
  type Policy,
  ProviderError,
  type RouterEvent,
  type RouterOptions,
} from "../../../src/index.ts";
import { type FakeModelOptions, fakeModel } from "../../../src/testing/index.ts";

type Id = "small" | "large" | "other";

const price = { usdPerMillionInputTokens: 0, usdPerMillionOutputTokens: 0, usdPerRequest: 1 };
const ask = { messages: [{ role: "user" as const, content: "Hello" }] };
const refusal = "I'm sorry, but I can't help with that.";
const failure = new ProviderError({ kind: "not-found", model: "fake:x" });

function make(
  answers: Readonly<Record<Id, FakeModelOptions>>,
  degraded: ExecutionOptions["degraded"] = notRefused(),
  options: Partial<RouterOptions<Id>> = {},
) {
  const events: RouterEvent[] = [];
  const small = fakeModel({ model: "small", price, ...answers.small });
  const large = fakeModel({ model: "large", price, ...answers.large });
  const other = fakeModel({ model: "other", price, ...answers.other });
  const models: Readonly<Record<Id, Model>> = { small, large, other };
  const router = createRouter({
    models,
    policy: always("small"),
    execution: { degraded, backoffBaseMs: 0 },
    onEvent: (event) => events.push(event),
    random: () => 0,
    ...options,
  });
  return { router, small, large, other, events };
}

const good = { answer: "fine" };
const bad = { answer: refusal };

beforeEach(() => vi.useFakeTimers({ now: 0 }));
afterEach(() => {
  expect(vi.getTimerCount()).toBe(0);
  vi.useRealTimers();
});

describe("a degraded answer", () => {
  it("is replaced by that of the next permitted model, and recorded", async () => {
    const { router, small } = make({ small: bad, large: good, other: good });
    const { text, attempts, costUsd, degraded } = await router.route(ask);
    expect(text).toBe("fine");
    expect(degraded).toBeUndefined();
    expect(costUsd).toBe(2);
    expect(attempts).toMatchObject([
      { model: "small", check: { name: "notRefused", accepted: false }, next: "fallback" },
      { model: "large", hop: "fallback", check: { name: "notRefused", accepted: true } },
    ]);
    expect(attempts[0]?.error).toBeUndefined();
    expect(small.requests).toHaveLength(1); // the same model is not asked again
  });

  it.each([
    { what: "empty", answer: "" },
    { what: "looping", answer: "and so on ".repeat(60) },
  ])("may be $what", async ({ answer }) => {
    const { router } = make({ small: { answer }, large: good, other: good });
    expect((await router.route(ask)).text).toBe("fine");
  });

  it("may fail any of several checks", async () => {
    const never: Check = { name: "never-small", accepts: (_, { model }) => model !== "small" };
    const { router } = make({ small: good, large: good, other: good }, [notRefused(), finishReason(), never]);
    expect((await router.route(ask)).attempts).toMatchObject([
      { model: "small", check: { name: "never-small", accepted: false } },
      { model: "large", check: { name: "never-small", accepted: true } },
    ]);
  });

  it("is not a failure of its endpoint: the breaker stays closed and the model healthy", async () => {
    const { router } = make({ small: bad, large: good, other: good });
    for (let count = 0; count < 30; count += 1) await router.route(ask);
    expect(router.exportState().breakers ?? []).toEqual([]);
    expect((await router.decide(ask)).candidates[0]?.permitted).toBe(true);
  });

  it("is accepted by default", async () => {
    const { router } = make({ small: bad, large: good, other: good }, undefined, { execution: {} });
    const { text, attempts, degraded } = await router.route(ask);
    expect(text).toBe(refusal);
    expect([attempts.length, attempts[0]?.check, degraded]).toEqual([1, undefined, undefined]);
  });

  it("is not replaced by a model that a constraint forbids at that moment", async () => {
    const notLarge: Constraint = {
      name: "not-large",
      permits: ({ id }, { hop }) => hop !== "fallback" || id !== "large" || "not as a fallback",
    };
    const { router, large } = make({ small: bad, large: good, other: good }, notRefused(), {
      constraints: [notLarge],
    });
    expect((await router.route(ask)).attempts.map(({ model }) => model)).toEqual(["small", "other"]);
    expect(large.requests).toEqual([]);
  });

  it("makes a cascade escalate before its own check is asked", async () => {
    let asked = 0;
    const yes: Check = {
      name: "yes",
      accepts: () => {
        asked += 1;
        return true;
      },
    };
    const policy = cascade({ first: "small", then: "large", unless: yes });
    const { router } = make({ small: bad, large: good, other: good }, notRefused(), { policy });
    expect((await router.route(ask)).attempts.map(({ model }) => model)).toEqual(["small", "large"]);
    expect(asked).toBe(0);
  });
});

describe("if no better answer comes, the last degraded one is returned and marked", () => {
  const marked = { name: "notRefused", accepted: false };

  it.each<{
    why: string;
    answers: Readonly<Record<Id, FakeModelOptions>>;
    request: object;
    models: readonly Id[];
  }>([
    {
      why: "every model refuses",
      answers: { small: bad, large: bad, other: bad },
      request: {},
      models: ["small", "large", "other"],
    },
    {
      why: "the others fail",
      answers: { small: bad, large: { error: failure }, other: { error: failure } },
      request: {},
      models: ["small", "large", "other"],
    },
    {
      why: "it is pinned",
      answers: { small: bad, large: good, other: good },
      request: { model: "small" },
      models: ["small"],
    },
    {
      why: "maxCostUsd is not enough",
      answers: { small: bad, large: good, other: good },
      request: { maxCostUsd: 1.5 },
      models: ["small"],
    },
  ])("$why", async ({ answers, request, models }) => {
    const { router, events } = make(answers);
    const { text, attempts, degraded } = await router.route({ ...ask, ...request });
    expect(text).toBe(refusal);
    expect(degraded).toEqual(marked);
    expect(attempts.map(({ model }) => model)).toEqual(models);
    expect(events.at(-1)).toMatchObject({ type: "request-completed", degraded: marked });
  });

  it("but if a later answer only failed the plan's check, that one is returned", async () => {
    const accepting = (name: string, verdict: boolean): Check => ({ name, accepts: () => verdict });
    const escalate = [
      { unless: accepting("yes", true), to: "large" },
      { unless: accepting("no", false), to: "other" },
    ] as const;
    const policy: Policy<Id> = {
      name: "twice",
      models: ["small", "large", "other"],
      select: () => ({ model: "small", reason: "test", escalate }),
    };
    const { router } = make({ small: bad, large: good, other: { error: failure } }, notRefused(), { policy });
    const { text, degraded } = await router.route(ask);
    expect([text, degraded]).toEqual(["fine", { name: "no", accepted: false }]);
  });

  it("also when the deadline passes meanwhile", async () => {
    const wait = () => new Promise<void>((resolve) => setTimeout(resolve, 5_000));
    const { router } = make({ small: bad, large: { ...good, wait }, other: good });
    const routed = router.route({ ...ask, deadlineMs: 1_000 });
    await vi.advanceTimersByTimeAsync(1_000);
    expect(await routed).toMatchObject({ text: refusal, degraded: marked, latencyMs: 1_000 });
    await vi.runAllTimersAsync();
  });

  it("but not after the caller's abort", async () => {
    const controller = new AbortController();
    const wait = () => new Promise<void>((resolve) => setTimeout(resolve, 5_000));
    const { router } = make({ small: bad, large: { ...good, wait }, other: good });
    const routed = router.route(ask, { signal: controller.signal }).catch((error: Error) => error);
    await vi.advanceTimersByTimeAsync(500);
    controller.abort(new Error("the caller left"));
    expect(await routed).toMatchObject({ message: "the caller left" });
    await vi.runAllTimersAsync();
  });
});

describe("a stream whose answers may be degraded", () => {
  it("shows nothing of an answer before the checks have accepted it", async () => {
    const { router } = make({ small: bad, large: good, other: good });
    const stream = router.stream(ask);
    let text = "";
    for await (const chunk of stream) text += chunk.choices[0]?.delta.content ?? "";
    expect(text).toBe("fine");
    expect((await stream.result).attempts.map(({ model, next }) => [model, next])).toEqual([
      ["small", "fallback"],
      ["large", undefined],
    ]);
  });

  it("shows a degraded answer if no better one comes", async () => {
    const { router } = make({ small: bad, large: bad, other: bad });
    const stream = router.stream(ask);
    let text = "";
    for await (const chunk of stream) text += chunk.choices[0]?.delta.content ?? "";
    expect(text).toBe(refusal);
    expect((await stream.result).degraded).toMatchObject({ name: "notRefused" });
  });
});

it("the answers of classifiers and checks are not checked themselves", async () => {
  const judge = fakeModel({ model: "judge", answer: refusal });
  const check: Check = {
    name: "asks-a-judge",
    accepts: async (_, __, hop) => (await hop.generate(judge, ask)).choices[0]?.message.content === refusal,
  };
  const { router } = make({ small: good, large: good, other: good }, [check, notRefused()]);
  const { attempts } = await router.route(ask);
  expect(attempts.map(({ hop }) => hop).sort()).toEqual(["answer", "check"]);
  expect(judge.requests).toHaveLength(1);
});

it("a value that is not a check is refused with its place in the list", () => {
  const models = { small: good, large: good, other: good };
  for (const wrong of [{ name: "x" }, 5, null, [notRefused(), "y"]])
    expect(() => make(models, wrong as never)).toThrow(/^execution\.degraded\[\d\]/);
});
