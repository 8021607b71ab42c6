import { describe, expect, it } from "vitest";
import { always, spillOver } from "../../../policies/index.ts";
import { type Check, type Constraint, type Model, ProviderError } from "../../../src/contracts/index.ts";
import { createRouter } from "../../../src/index.ts";
import { pool, roundRobin } from "../../../src/router/pools/index.ts";
import { fakeModel } from "../../../src/testing/index.ts";

type Answer = () => string;

function endpoint(
  address: string,
  answer: Answer = () => address,
  residency = "eu",
): Model & { calls: () => number } {
  let calls = 0;
  const inner = fakeModel({ name: "vllm:qwen", labels: { residency } });
  return {
    ...inner,
    provider: "vllm",
    model: "qwen",
    endpoint: address,
    calls: () => calls,
    async generate(request, options) {
      calls += 1;
      const text = answer();
      const completion = await inner.generate(request, options);
      const [choice] = completion.choices;
      return {
        ...completion,
        choices: [{ ...choice, message: { role: "assistant", content: text } }],
      } as typeof completion;
    },
  };
}

const inEu: Constraint = {
  name: "eu",
  permits: ({ facts }) => facts.labels["residency"] === "eu" || "elsewhere",
};

function fails(kind: ProviderError["kind"]): Answer {
  return () => {
    throw new ProviderError({ kind, model: "vllm:qwen", status: 503 });
  };
}

describe("a pool", () => {
  it("goes on with another member where one fails, without a wait", async () => {
    const [a, b] = [endpoint("http://a/", fails("server")), endpoint("http://b/")];
    const router = createRouter({
      models: { qwen: pool("qwen3", [a, b], { balance: roundRobin }) },
      policy: always("qwen"),
      constraints: [],
    });
    for (let turn = 0; turn < 4; turn += 1) {
      const { text, attempts } = await router.route("Hello");
      expect(text).toBe("http://b/");
      for (const one of attempts) expect(one).toMatchObject({ model: "qwen", name: "qwen3" });
      expect(attempts.at(-1)?.member).toBe("qwen3@http://b/");
    }
    expect(a.calls()).toBeGreaterThan(0);
    expect(a.calls()).toBeLessThan(5);
  });

  it("is refused with each member's reason where none is permitted", async () => {
    const us = pool("us", [endpoint("http://a/", undefined, "us"), endpoint("http://b/", undefined, "us")]);
    const router = createRouter({ models: { us }, policy: always("us"), constraints: [inEu] });
    await expect(router.route("Hello")).rejects.toMatchObject({
      code: "no-eligible-model",
      message: expect.stringMatching(/us@http:\/\/a\/: eu: elsewhere.*us@http:\/\/b\/: eu: elsewhere/),
    });
  });

  it("lists its members in the decision, and shows a policy what holds for the permitted ones", async () => {
    const price = (usd: number) => ({ usdPerMillionInputTokens: usd, usdPerMillionOutputTokens: usd });
    const members = [
      { ...endpoint("http://a/"), price: price(1), contextWindow: 8_000 },
      { ...endpoint("http://b/"), price: price(3), contextWindow: 4_000 },
      { ...endpoint("http://c/", undefined, "us"), price: price(9), contextWindow: 1_000 },
    ];
    let seen: unknown;
    const router = createRouter({
      models: { qwen: pool("qwen3", members) },
      policy: {
        name: "look",
        select: ({ candidates }) => {
          seen = candidates[0]?.facts;
          return { model: "qwen" as never, reason: "the only one" };
        },
      },
      constraints: [inEu],
    });
    const decision = await router.decide("Hello");
    expect(seen).toMatchObject({
      name: "qwen3",
      price: price(3),
      contextWindow: 4_000,
      labels: { residency: "eu" },
    });
    expect(decision.candidates[0]?.members).toEqual([
      { endpoint: "http://a/", permitted: true },
      { endpoint: "http://b/", permitted: true },
      { endpoint: "http://c/", permitted: "eu: elsewhere" },
    ]);
    expect(JSON.parse(JSON.stringify(decision.candidates[0]?.members))).toHaveLength(3);
  });

  it("spills from a busy member to the next, and opens no breaker", async () => {
    const [a, b] = [endpoint("http://a/", fails("saturated")), endpoint("http://b/")];
    const router = createRouter({
      models: { qwen: pool("qwen3", [a, b], { balance: roundRobin }) },
      policy: always("qwen"),
      execution: { retries: 0, breaker: { minCalls: 1 } },
    });
    for (let turn = 0; turn < 4; turn += 1) expect((await router.route("Hello")).text).toBe("http://b/");
    const states = router.exportState().breakers;
    expect(JSON.stringify(states)).not.toContain('"open"');
    // It is left alone until a place is expected to be free.
    expect(a.calls()).toBe(1);
  });

  it("waits for a busy member where no other model is left, and calls another model at once where one is", async () => {
    let busy = 2;
    const answer = () => {
      if (busy-- > 0) throw new ProviderError({ kind: "saturated", model: "m", retryAfterMs: 5 });
      return "after a wait";
    };
    const alone = createRouter({
      models: { qwen: pool("qwen3", [endpoint("http://a/", answer)]) },
      policy: always("qwen"),
    });
    const waited = await alone.route("Hello");
    expect(waited.text).toBe("after a wait");
    expect(waited.attempts.map(({ error }) => error?.kind)).toEqual(["saturated", "saturated", undefined]);
    const models = {
      qwen: pool("qwen3", [endpoint("http://a/", fails("saturated"))]),
      cloud: fakeModel({ name: "cloud", answer: "from the cloud" }),
    };
    const both = createRouter({ models, policy: always("qwen") });
    const { attempts } = await both.route("Hello");
    expect(attempts.map(({ model }) => model)).toEqual(["qwen", "cloud"]);
  });

  it("is named busy by spillOver, which a hard prompt is not", async () => {
    const models = {
      qwen: pool("qwen3", [endpoint("http://a/", fails("saturated"))]),
      cloud: fakeModel({ name: "cloud" }),
    };
    const router = createRouter({
      models,
      policy: spillOver({ from: "qwen", to: "cloud", above: { waitMs: 100 } }, always("qwen")),
    });
    const first = await router.route("Hello");
    expect(first.decision.model).toBe("qwen");
    const { decision } = await router.route("Hello");
    expect(decision.model).toBe("cloud");
    expect(decision.reason).toMatch(/^pool busy: /);
    expect(decision.candidates[0]?.load?.expectedWaitMs).toBeGreaterThan(100);
  });

  it("is refused where its members do not fit", () => {
    const one = endpoint("http://a/");
    const made = pool("first", [one]);
    const refused: readonly (() => unknown)[] = [
      () => pool("empty", []),
      () => pool("nested", [made]),
      () => pool("second", [one]),
      () => pool("twice", [endpoint("http://x/"), endpoint("http://x/")]),
      () =>
        createRouter({ models: { a: made, b: pool("first", [endpoint("http://b/")]) }, policy: always("a") }),
    ];
    for (const make of refused) expect(make).toThrow(expect.objectContaining({ code: "invalid-option" }));
    const keys = ["key-1", "key-2"].map((name) => ({ ...endpoint("http://x/"), name }));
    expect(
      pool("keys", keys)
        .members?.()
        .map(({ key }) => key),
    ).toEqual(["keys@http://x/#key-1", "keys@http://x/#key-2"]);
  });

  it("answers a check that asks for its model, within the constraints of the request", async () => {
    const [inside, outside] = [endpoint("http://a/"), endpoint("http://b/", undefined, "us")];
    const judges = pool("judges", [outside, inside], { balance: roundRobin });
    const asks: Check = {
      name: "asks",
      async accepts(_request, _answer, hop) {
        for (let turn = 0; turn < 4; turn += 1)
          await hop.generate(judges, { messages: [{ role: "user", content: "Good?" }] });
        return true;
      },
    };
    const router = createRouter({
      models: { small: fakeModel({ name: "small", labels: { residency: "eu" } }) },
      policy: always("small"),
      constraints: [inEu],
      execution: { degraded: asks },
    });
    await router.route("Hello");
    expect([inside.calls(), outside.calls()]).toEqual([4, 0]);
  });
});
