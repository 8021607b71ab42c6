import { getEventListeners } from "node:events";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { only } from "../../../policies/constraints/index.ts";
import { always } from "../../../policies/index.ts";
import {
  createRouter,
  type Model,
  type RouteRequest,
  type RouterEvent,
  type RouterOptions,
} from "../../../src/index.ts";
import { type FakeModelOptions, fakeModel } from "../../../src/testing/index.ts";

const price = { usdPerMillionInputTokens: 0, usdPerMillionOutputTokens: 0, usdPerRequest: 1 };
const ask = { messages: [{ role: "user" as const, content: "Hello" }] };
const after100 = () => new Promise<void>((resolve) => setTimeout(resolve, 100));

function make(options: Partial<RouterOptions<"small">> = {}, model: FakeModelOptions = {}) {
  const events: RouterEvent[] = [];
  const small = fakeModel({ model: "small", price, wait: after100, ...model });
  const router = createRouter({
    models: { small },
    policy: always("small"),
    coalesce: true,
    onEvent: (event) => events.push(event),
    ...options,
  });
  return { router, small, events };
}

/** Returns the results of requests made at the same moment, while timers fire as they come due. */
async function settled<T>(promises: readonly Promise<T>[]): Promise<(T | Error)[]> {
  const outcomes = Promise.all(promises.map((promise) => promise.catch((error: Error) => error)));
  await vi.runAllTimersAsync();
  return outcomes;
}

beforeEach(() => vi.useFakeTimers({ now: 0 }));
afterEach(() => {
  expect(vi.getTimerCount()).toBe(0);
  vi.useRealTimers();
});

describe("the same request, twice at the same time", () => {
  it("is sent once: both get the answer under one decision, and one of them the bill", async () => {
    const { router, small, events } = make();
    const first = router.route(ask);
    await vi.advanceTimersByTimeAsync(40);
    const [one, two] = await settled([first, router.route(structuredClone(ask))]);
    expect(small.requests).toHaveLength(1);
    expect(one).toMatchObject({ text: "ok", costUsd: 1, latencyMs: 100, attempts: [{ model: "small" }] });
    expect(one).not.toHaveProperty("coalesced");
    expect(two).toMatchObject({
      text: "ok",
      coalesced: true,
      costUsd: 0,
      attempts: [],
      usage: { inputTokens: 0, outputTokens: 0 },
      latencyMs: 60,
    });
    if (one instanceof Error || two instanceof Error || one === undefined || two === undefined) throw one;
    expect(two.decision).toEqual(one.decision);
    expect(two.completion).toEqual(one.completion);
    expect(two.completion).not.toBe(one.completion);
    expect(events.map(({ type }) => type)).toEqual([
      "decision-made",
      "attempt-started",
      "attempt-ended",
      "request-completed",
      "request-coalesced",
    ]);
  });

  it("is sent again when the first is over", async () => {
    const { router, small } = make();
    await settled([router.route(ask)]);
    await settled([router.route(ask)]);
    expect(small.requests).toHaveLength(2);
  });

  it("fails for both with the same error, and is then sent again", async () => {
    const { router, small } = make({ execution: { retries: 0 } }, { error: new TypeError("as told") });
    const [one, two] = await settled([router.route(ask), router.route(ask)]);
    expect(one).toMatchObject({ code: "all-models-failed" });
    expect(two).toBe(one);
    await settled([router.route(ask)]);
    expect(small.requests).toHaveLength(2);
  });

  it("is sent twice by default", async () => {
    const { router, small } = make({ coalesce: undefined });
    await settled([router.route(ask), router.route(ask)]);
    expect(small.requests).toHaveLength(2);
  });
});

describe("a caller that joins", () => {
  it("gets the answer as it came, whatever the first does with its own", async () => {
    const { router } = make();
    const first = router.route(ask).then((result) => {
      Object.assign(result.completion.choices[0] as object, { message: "changed" });
      return result;
    });
    const second = router.route(ask, { signal: new AbortController().signal });
    const [, two] = await settled([first, second]);
    expect(two).toMatchObject({ coalesced: true, completion: { choices: [{ message: { content: "ok" } }] } });
  });

  it("gets an answer that cannot be cloned, too", async () => {
    const plain = fakeModel({ model: "small", wait: after100 });
    const small: Model = {
      ...plain,
      generate: async (...call) => ({ ...(await plain.generate(...call)), odd: () => 1 }),
    };
    const router = createRouter({ models: { small }, policy: always("small"), coalesce: true });
    expect(await settled([router.route(ask), router.route(ask)])).toMatchObject([
      { text: "ok" },
      { text: "ok", coalesced: true },
    ]);
  });

  it("after close() is refused", async () => {
    const { router } = make();
    const first = router.route(ask);
    await router.close();
    const [one, two] = await settled([first, router.route(ask)]);
    expect(one).toMatchObject({ text: "ok" });
    expect(two).toMatchObject({ message: expect.stringContaining("the router is closed") });
  });

  it("with a signal that is not one gets an error that says so", async () => {
    const { router } = make();
    const [error] = await settled([router.route(ask, { signal: {} as AbortSignal })]);
    expect(error).toMatchObject({ code: "invalid-option", option: "signal" });
  });
});

describe("an abort", () => {
  it("of one caller does not affect the other, who gets the bill if the first has left", async () => {
    const { router, small } = make();
    const controller = new AbortController();
    const first = router.route(ask, { signal: controller.signal });
    const second = router.route(ask);
    setTimeout(() => controller.abort(new Error("the first left")), 50);
    const [one, two] = await settled([first, second]);
    expect(one).toMatchObject({ message: "the first left" });
    expect(two).toMatchObject({ text: "ok", costUsd: 1, attempts: [{ model: "small" }] });
    expect(small.requests).toHaveLength(1);
    expect(getEventListeners(controller.signal, "abort")).toEqual([]);
  });

  it("of a caller who joined leaves the first alone", async () => {
    const { router } = make();
    const controller = new AbortController();
    const first = router.route(ask);
    const second = router.route(ask, { signal: controller.signal });
    controller.abort(new Error("the second left"));
    const [one, two] = await settled([first, second]);
    expect(one).toMatchObject({ text: "ok", costUsd: 1 });
    expect(two).toMatchObject({ message: "the second left" });
  });

  it("of all callers ends the request, and the next one starts again", async () => {
    const signals: AbortSignal[] = [];
    const wait = (signal: AbortSignal) => {
      signals.push(signal);
      return after100();
    };
    const { router, small, events } = make({}, { wait });
    const controllers = [new AbortController(), new AbortController()];
    const left = controllers.map(({ signal }) =>
      router.route(ask, { signal }).catch((error: Error) => error.message),
    );
    await vi.advanceTimersByTimeAsync(50);
    for (const controller of controllers) controller.abort(new Error("left"));
    expect(await Promise.all(left)).toEqual(["left", "left"]);
    const [again] = await settled([router.route(ask)]);
    expect(again).toMatchObject({ text: "ok" });
    expect(small.requests).toHaveLength(2);
    expect(signals.map(({ aborted }) => aborted)).toEqual([true, false]);
    expect(events.filter(({ type }) => type === "request-failed")).toHaveLength(1);
  });

  it("that came before the request is thrown at once", async () => {
    const { router, small } = make();
    const signal = AbortSignal.abort(new Error("too late"));
    await expect(router.route(ask, { signal })).rejects.toThrow("too late");
    expect(small.requests).toEqual([]);
  });
});

describe("requests are not the same", () => {
  const base: RouteRequest<"small"> = ask;
  it.each<{ what: string; requests: readonly RouteRequest<"small">[] }>([
    {
      what: "of two tenants",
      requests: [
        { ...ask, tenant: "a" },
        { ...ask, tenant: "b" },
      ],
    },
    { what: "with other labels", requests: [base, { ...ask, labels: { residency: "eu" } }] },
    { what: "with another limit of cost", requests: [base, { ...ask, maxCostUsd: 5 }] },
    { what: "with another temperature", requests: [base, { ...ask, temperature: 0.5 }] },
    {
      what: "of a session",
      requests: [
        { ...ask, session: "s" },
        { ...ask, session: "s" },
      ],
    },
    {
      what: "with constraints of their own, equal or not",
      requests: [
        { ...ask, constraints: [only("small")] },
        { ...ask, constraints: [only("small")] },
      ],
    },
  ])("$what", async ({ requests }) => {
    const { router, small } = make();
    await settled(requests.map((request) => router.route(request)));
    expect(small.requests).toHaveLength(2);
  });

  it("if the option says so", async () => {
    const coalesce = (request: RouteRequest<"small">) =>
      typeof request === "object" && request.temperature === 0;
    const { router, small } = make({ coalesce });
    await settled([router.route(ask), router.route(ask)]);
    expect(small.requests).toHaveLength(2);
    const exact = { ...ask, temperature: 0 };
    await settled([router.route(exact), router.route(exact)]);
    expect(small.requests).toHaveLength(3);
  });

  it("if they cannot be written as JSON: routing says what is wrong", async () => {
    const { router } = make();
    const [error] = await settled([router.route({ ...ask, messages: 5n } as never)]);
    expect(error).toMatchObject({ code: "invalid-request" });
  });
});

it("an option that is neither a boolean nor a function is refused by name", () => {
  expect(() => make({ coalesce: "yes" as never })).toThrow(
    'coalesce must be true, false or a function of a request, got "yes"',
  );
});
