import { describe, expect, it } from "vitest";
import { always, threshold } from "../../../policies/index.ts";
import type { Constraint, FollowUp } from "../../../src/contracts/index.ts";
import { type ChatRequest, createRouter, type RouterEvent, type RouterOptions } from "../../../src/index.ts";
import { fakeModel } from "../../../src/testing/index.ts";

type Completed = Extract<RouterEvent, { type: "request-completed" }>;

/** One USD per call, whatever its length. */
const oneUsd = { usdPerMillionInputTokens: 0, usdPerMillionOutputTokens: 0, usdPerRequest: 1 };
const question: ChatRequest = { messages: [{ role: "user", content: "second question" }] };

function make(options: Partial<RouterOptions<"small" | "large">> = {}) {
  const small = fakeModel({ model: "small", price: oneUsd, answer: "from small" });
  const large = fakeModel({ model: "large", price: oneUsd, answer: "from large", labels: { region: "us" } });
  const router = createRouter({ models: { small, large }, policy: always("small"), ...options });
  const events: RouterEvent[] = [];
  router.observe((event) => void events.push(event));
  const completed = () => events.findLast((event): event is Completed => event.type === "request-completed");
  return { router, small, large, events, completed };
}

const inEurope: Constraint = {
  name: "in-europe",
  permits: ({ facts }) => facts.labels["region"] !== "us" || "in the US",
};

describe("what follows an answer", () => {
  it("reads the request as it was sent, without routing fields, and the answer, both frozen", async () => {
    const { router, completed } = make();
    const request = {
      messages: [{ role: "user" as const, content: "secret ask" }],
      tenant: "acme",
      session: "s",
    };
    const { completion } = await router.route(request);
    request.messages.push({ role: "user", content: "later" });
    const event = completed();
    expect(event?.readRequest()).toEqual({ messages: [{ role: "user", content: "secret ask" }] });
    expect(Object.isFrozen(event?.readRequest().messages[0])).toBe(true);
    expect(event?.readAnswer()).toEqual(completion);
    expect(event?.readAnswer()).not.toBe(completion);
    expect(Object.isFrozen(event?.readAnswer().choices[0]?.message)).toBe(true);
    expect(Object.isFrozen(completion.choices)).toBe(false);
    expect(JSON.stringify(event)).not.toContain("secret ask");
    expect(JSON.stringify(event)).not.toContain("from small");
  });

  it("says the size of what is kept, fields that no model is asked about included", async () => {
    const { router, completed } = make();
    await router.route(question);
    const usual = completed()?.readSize() ?? 0;
    expect(usual).toBeGreaterThan("second question".length);
    expect(usual).toBeLessThan(2_000);
    await router.route({ ...question, note: "x".repeat(10_000) } as ChatRequest);
    expect(completed()?.readSize()).toBe(usual + "note".length + 8 + 10_000);
    const native = { protocol: "messages", text: `{"a":"${"x".repeat(20_000)}"}`, headers: {} } as const;
    await router.route(question, { native });
    // Its text, and what was read of it: a field's name and value.
    expect(completed()?.readSize()).toBe(usual + 20_000 + 8 + 1 + 20_000);
  });

  it("is refused where the requests of those that are open are too large together", async () => {
    const { router, completed } = make({ maxCharacters: 100_000_000 });
    const open: FollowUp[] = [];
    const follow = async () => {
      await router.route({ ...question, note: "x".repeat(99_999_000) } as ChatRequest);
      open.push(completed()?.follow("shadow") as FollowUp);
    };
    await follow();
    await follow();
    await expect(follow()).rejects.toThrow(
      /^the requests of open follow-ups have a size of 19999\d+, and at most 256000000 is kept/,
    );
    open[0]?.end();
    open[0]?.end();
    await follow();
    await expect(follow()).rejects.toThrow("call end() on each");
    for (const one of open) one.end();
    await router.close();
  });

  it("is there for streams and for answers of the cache", async () => {
    const { router, completed } = make({ cache: {} });
    for await (const _ of router.stream({ ...question, temperature: 0 })) void _;
    expect(completed()?.readAnswer().choices[0]?.message.content).toBe("from small");
    await router.route({ ...question, temperature: 0 });
    expect(completed()?.attempts[0]?.hop).toBe("cache");
    expect(completed()?.readRequest()).toEqual({ ...question, temperature: 0 });
    expect(completed()?.readAnswer().choices[0]?.message.content).toBe("from small");
  });

  it("calls under the constraints of the router and of the request", async () => {
    const { router, large, completed } = make();
    await router.route({ ...question, constraints: [inEurope] });
    const followUp = completed()?.follow("shadow") as FollowUp;
    expect(followUp.permits(large)).toContain("in-europe");
    await expect(followUp.generate(large, question)).rejects.toMatchObject({ code: "no-eligible-model" });
    expect(large.requests).toEqual([]);
    await router.route(question);
    const free = completed()?.follow("shadow") as FollowUp;
    expect((await free.generate(large, question)).choices[0]?.message.content).toBe("from large");
    free.end();
  });

  it("is paid by the owner of the request, in an account of its own, and its attempts are in no result", async () => {
    const { router, large, events, completed } = make({
      budgets: [{ limitUsd: 3, period: "day", per: "tenant" }],
    });
    const result = await router.route({ ...question, tenant: "acme", maxCostUsd: 1 });
    const followUp = completed()?.follow("shadow") as FollowUp;
    await followUp.generate(large, question);
    expect(followUp.committedUsd()).toBe(1);
    expect(followUp.attempts().map(({ hop, model }) => [hop, model])).toEqual([["shadow", "large"]]);
    followUp.end();
    expect(await router.readBudgets({ tenant: "acme" })).toMatchObject([{ used: 2 }]);
    expect(result.attempts).toHaveLength(1);
    const ended = events.filter((event) => event.type === "attempt-ended");
    expect(ended.map((event) => [event.attempt.hop, event.unlisted])).toEqual([
      ["answer", undefined],
      ["shadow", true],
    ]);
    expect(new Set(ended.map(({ attempt }) => attempt.id)).size).toBe(2);
    const more = completed()?.follow("shadow", { maxCostUsd: 0.5 }) as FollowUp;
    await expect(more.generate(large, question)).rejects.toMatchObject({ code: "budget-exceeded" });
    expect(large.requests).toHaveLength(1);
  });

  it("does not know the deadline of its request, and records nothing in the session", async () => {
    let now = 1_000_000;
    const { router, large, completed } = make({ clock: () => now });
    await router.route({ ...question, session: "s", deadlineMs: 50 });
    const before = router.exportState().sessions;
    now += 1_000;
    const followUp = completed()?.follow("shadow") as FollowUp;
    await followUp.generate(large, question);
    followUp.end();
    expect(router.exportState().sessions).toEqual(before);
  });

  it("ends with end() and with the router, which waits for it and refuses another", async () => {
    const never = fakeModel({ model: "never", price: oneUsd, wait: () => new Promise(() => {}) });
    const { router, completed } = make({});
    await router.route(question);
    const first = completed()?.follow("shadow") as FollowUp;
    const waiting = first.generate(never, question);
    first.end();
    first.end();
    await expect(waiting).rejects.toMatchObject({ name: "AbortError" });
    await expect(first.generate(never, question)).rejects.toMatchObject({ code: "invalid-request" });
    const second = completed()?.follow("shadow") as FollowUp;
    const last = second.generate(never, question);
    let isSettled = false;
    last.catch(() => {
      isSettled = true;
    });
    await router.close();
    expect(isSettled).toBe(true);
    expect(() => completed()?.follow("shadow")).toThrow(/closed/);
  });

  it("draws from the router's random", async () => {
    const { router, completed } = make({ random: () => 0.25 });
    await router.route(question);
    expect(completed()?.draw()).toBe(0.25);
  });
});

describe("router.feedback", () => {
  it("tells the listeners of a decision, or of its JSON, with model and arms", async () => {
    const { router, events } = make({ clock: () => 5_000 });
    const { decision } = await router.route("x");
    router.feedback(decision, 0.8, { source: "thumbs" });
    const arm = { comparison: "r", arm: "candidate", unitHash: "0123456789ab", draw: 0.1, share: 0.5 };
    router.feedback(JSON.parse(JSON.stringify({ ...decision, arms: [arm] })), 0, {
      at: "1970-01-01T00:00:07Z",
    });
    expect(events.filter(({ type }) => type === "feedback-given")).toEqual([
      {
        type: "feedback-given",
        decisionId: decision.id,
        quality: 0.8,
        source: "thumbs",
        at: 5_000,
        model: "small",
      },
      { type: "feedback-given", decisionId: decision.id, quality: 0, at: 7_000, model: "small", arms: [arm] },
    ]);
  });

  it("refuses what is not a decision, a quality outside of [0, 1], and odd options, and then tells nothing", async () => {
    const { router, events } = make({ policy: threshold({ small: "small", large: "large", at: 0.5 }) });
    const decision = await router.decide("x");
    const heard = events.length;
    const odd = router.feedback as (...given: unknown[]) => void;
    for (const given of [
      [undefined, 1],
      [null, 1],
      [decision.id, 1],
      [{ id: 1, model: "small" }, 1],
      [{ id: "", model: "small" }, 1],
      [{ id: "x".repeat(2_000), model: "small" }, 1],
      [{ id: "a" }, 1],
      [{ ...decision, arms: "all" }, 1],
      [{ ...decision, arms: [null] }, 1],
      [{ ...decision, arms: new Array(17).fill({}) }, 1],
      [decision, Number.NaN],
      [decision, 1.1],
      [decision, -0.1],
      [decision, "1"],
      [decision],
      [decision, 1, { source: "a text of a user" }],
      [decision, 1, { source: "" }],
      [decision, 1, { at: "yesterday" }],
      [decision, 1, { at: Number.POSITIVE_INFINITY }],
      [decision, 1, { weight: 2 }],
      [decision, 1, null],
    ])
      expect(() => odd(...given), JSON.stringify(given).slice(0, 80)).toThrow(
        expect.objectContaining({ code: "invalid-option" }),
      );
    expect(() => odd({ ...decision, arms: [{ rollout: "r", arm: "a" }] }, 1)).toThrow(
      expect.objectContaining({ option: "feedback.decision.arms[0].comparison" }),
    );
    expect(events.length).toBe(heard);
  });
});
