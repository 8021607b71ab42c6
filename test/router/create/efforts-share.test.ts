import { describe, expect, it } from "vitest";
import { always, cascade, mix } from "../../../policies/index.ts";
import {
  createRouter,
  type ExecutionOptions,
  efforts,
  ProviderError,
  type RouterEvent,
} from "../../../src/index.ts";
import { type BalanceRule, pool } from "../../../src/router/pools/index.ts";
import { prometheus } from "../../../src/serve/metrics/prometheus/index.ts";
import { type FakeModelOptions, fakeModel } from "../../../src/testing/index.ts";

const gpt = { provider: "openai", model: "gpt-5.5" } as const;
const price = { usdPerMillionInputTokens: 1, usdPerMillionOutputTokens: 2 };
const down = (kind: "server" | "rate-limit" | "timeout" = "server", retryAfterMs?: number) =>
  new ProviderError({ kind, model: "openai:gpt-5.5", retryAfterMs });
const text = (content: string, more: object = {}) => ({
  messages: [{ role: "user" as const, content }],
  ...more,
});

/** A router whose policy takes `large@low`; `calls` are the ids that a request asks, in order. */
function make(large: FakeModelOptions = {}, execution: ExecutionOptions = {}, more: object = {}) {
  let at = 0;
  const events: RouterEvent[] = [];
  const model = fakeModel({ ...gpt, price, ...large });
  const router = createRouter({
    models: {
      ...efforts("large", model, ["low", "high"]),
      other: fakeModel({ model: "other", answer: "from other" }),
    },
    policy: always("large@low"),
    execution: { retries: 0, ...execution },
    clock: () => at,
    random: () => 0,
    onEvent: (event) => void events.push(event),
    ...more,
  });
  const calls = async (id: "large@low" | "large@high" = "large@low") => {
    const { attempts } = await router.route(text("x", { model: id, fallback: true }));
    return attempts.map(({ model: called }) => called);
  };
  return { router, model, events, calls, pass: (ms: number) => (at += ms) };
}

describe("the ids of one model share its endpoint", () => {
  it("a fallback goes to no other effort of it", async () => {
    const { router, model } = make({ error: down() });
    const { decision, attempts } = await router.route("x");
    expect(decision.fallbacks).toEqual(["other"]);
    expect(attempts.map(({ model: called }) => called)).toEqual(["large@low", "other"]);
    expect(model.requests).toHaveLength(1);
  });

  it("nor where both are fallbacks of another model", async () => {
    const model = fakeModel({ ...gpt, error: down() });
    const router = createRouter({
      models: {
        small: fakeModel({ model: "small", error: down() }),
        ...efforts("large", model, ["low", "high"]),
        last: fakeModel({ model: "last" }),
      },
      policy: always("small"),
      execution: { retries: 0 },
    });
    const { decision, attempts } = await router.route("x");
    expect(decision.fallbacks).toEqual(["large@low", "large@high", "last"]);
    expect(attempts.map(({ model: called }) => called)).toEqual(["small", "large@low", "last"]);
  });

  it("a check may escalate from one effort to another", async () => {
    const no = { name: "no", accepts: () => false };
    const router = createRouter({
      models: efforts("large", fakeModel(gpt), ["low", "high"]),
      policy: cascade({ first: "large@low", then: "large@high", unless: no }),
    });
    const { attempts } = await router.route("x");
    expect(attempts.map(({ model, hop }) => [model, hop])).toEqual([
      ["large@low", "answer"],
      ["large@high", "cascade"],
    ]);
  });

  it("a breaker that the calls of one have opened is open for the other", async () => {
    const { calls, router, events } = make({ error: down() });
    for (let call = 0; call < 10; call += 1) await calls("large@low");
    expect(await calls("large@high")).toEqual(["other"]);
    expect(events.filter(({ type }) => type === "attempt-skipped")).toMatchObject([
      { model: "large@high", reason: "its breaker is open (server failures)" },
    ]);
    expect(router.readEndpoints().breakers).toMatchObject([{ name: "openai:gpt-5.5", state: "open" }]);
    const shown = await prometheus(router).text();
    expect(shown).toContain('breaker_state{name="openai:gpt-5.5",state="open"} 1');
    expect(shown).not.toContain('breaker_state{name="openai:gpt-5.5@low"');
  });

  it("its state goes on in another process, whose ids may have other efforts", async () => {
    const { calls, router } = make({ error: down() });
    for (let call = 0; call < 10; call += 1) await calls("large@low");
    const other = createRouter({
      models: efforts("big", fakeModel(gpt), ["xhigh"]),
      policy: always("big@xhigh"),
      clock: () => 0,
    });
    other.restoreState(router.exportState());
    expect(other.readEndpoints().breakers).toMatchObject([{ name: "openai:gpt-5.5", state: "open" }]);
  });

  it("a pause that the provider asked for holds for both", async () => {
    let limited = true;
    const { calls, pass } = make({
      answer: () => {
        if (limited) throw down("rate-limit", 5_000);
        return "ok";
      },
    });
    expect(await calls("large@low")).toEqual(["large@low", "other"]);
    limited = false;
    expect(await calls("large@high")).toEqual(["other"]);
    pass(5_001);
    expect(await calls("large@high")).toEqual(["large@high"]);
  });

  it.each([
    ["of each endpoint", { requestsPerMinute: 2 }],
    ["of the base", { models: { large: { requestsPerMinute: 2 } } }],
    ["of one of the ids", { models: { "large@high": { requestsPerMinute: 2 } } }],
  ])("limits %s count the calls of both", async (_, limits) => {
    const { calls } = make({}, { limits });
    expect(await calls("large@low")).toEqual(["large@low"]);
    expect(await calls("large@high")).toEqual(["large@high"]);
    expect(await calls("large@low")).toEqual(["other"]);
  });

  it("limits of two ids of one endpoint are refused", () => {
    const models = { "large@low": { maxConcurrent: 1 }, "large@high": { maxConcurrent: 2 } };
    expect(() => make({}, { limits: { models } })).toThrow(
      "execution.limits.models.large@high must be absent: large@low is of the same endpoint",
    );
  });

  it("also with the model under its own id", async () => {
    const model = fakeModel({ ...gpt, error: down() });
    const router = createRouter({
      models: { large: model, ...efforts("large", model, ["low"]), other: fakeModel() },
      policy: always("large"),
      execution: { retries: 0 },
    });
    const { attempts, decision } = await router.route("x");
    expect(decision.fallbacks).toEqual(["other"]);
    expect(attempts.map(({ name }) => name)).toEqual(["openai:gpt-5.5", "fake:model"]);
  });

  it("another address under the same name is refused", () => {
    const at = (endpoint: string) => fakeModel({ ...gpt, endpoint });
    const models = {
      ...efforts("eu", at("https://eu.example"), ["low"]),
      ...efforts("us", at("https://us.example"), ["high"]),
    };
    expect(() => createRouter({ models, policy: always("eu@low") })).toThrow(
      "models.us@high.name must be made of another name than models.eu@low.name",
    );
  });
});

describe("what is learnt of answers is kept by name", () => {
  it("health, usage and cost", async () => {
    const usage = { inputTokens: 10, outputTokens: 5 };
    const { router } = make({ usage, answer: () => "ok" });
    const low = await router.route("x");
    await router.route(text("y", { model: "large@high" }));
    expect(low.attempts).toMatchObject([
      { model: "large@low", name: "openai:gpt-5.5@low", costUsd: 0.00002 },
    ]);
    const { health, usageMeans } = router.exportState();
    const names = ["openai:gpt-5.5@high", "openai:gpt-5.5@low"];
    expect(health?.models.map(({ name }) => name).sort()).toEqual(names);
    expect(usageMeans.models.map(({ name }) => name).sort()).toEqual(names);
  });

  it("and the response cache keeps the answers of two efforts apart", async () => {
    let answers = 0;
    const { router } = make(
      {
        answer: () => {
          answers += 1;
          return `answer ${answers}`;
        },
      },
      {},
      { cache: {} },
    );
    const ask = (model: "large@low" | "large@high") => router.route(text("x", { model, temperature: 0 }));
    const texts = [await ask("large@low"), await ask("large@high"), await ask("large@low")];
    expect(texts.map(({ text }) => text)).toEqual(["answer 1", "answer 2", "answer 1"]);
    expect(texts[2]?.attempts).toMatchObject([{ hop: "cache", name: "openai:gpt-5.5@low" }]);
  });
});

describe("a decision between efforts", () => {
  const routerOf = () =>
    createRouter({
      models: efforts("large", fakeModel({ ...gpt, price }), ["low", "high"]),
      policy: mix({ "large@low": 0.75, "large@high": 0.25 }),
      clock: () => 0,
      newId: () => "d",
    });

  it("is drawn, recorded as JSON and replayed by its draw like any other", async () => {
    const first = await routerOf().decide("x", { draw: 0.9 });
    expect([first.model, first.propensity, first.fallbacks]).toEqual(["large@high", 0.25, []]);
    expect(first.candidates.map(({ model, estimatedCostUsd }) => [model, estimatedCostUsd])).toEqual([
      ["large@low", expect.any(Number)],
      ["large@high", expect.any(Number)],
    ]);
    const again = await routerOf().decide("x", { draw: JSON.parse(JSON.stringify(first)).draw });
    expect(again).toEqual(first);
    expect((await routerOf().decide("x", { draw: 0.74 })).model).toBe("large@low");
  });
});

describe("a pool with efforts", () => {
  const inOrder: BalanceRule = { name: "inOrder", order: (members) => members.map((_, at) => at) };

  it("asks its members with the effort, and shares their breakers", async () => {
    const members = ["https://a.example", "https://b.example"].map((endpoint) =>
      fakeModel({ provider: "vllm", model: "qwen", endpoint }),
    );
    const both = pool("vllm:qwen", members, { balance: inOrder });
    const router = createRouter({
      models: efforts("own", both, ["low", "high"]),
      policy: always("own@low"),
      execution: { retries: 0 },
    });
    const { attempts } = await router.route("x");
    expect(attempts).toMatchObject([
      { model: "own@low", name: "vllm:qwen@low", member: "vllm:qwen@https://a.example@low" },
    ]);
    expect(members[0]?.requests).toMatchObject([{ reasoning_effort: "low" }]);
    expect(router.models["own@high"].effort).toBe("high");
    const { health } = router.exportState();
    expect(health?.models.map(({ name }) => name)).toEqual(["vllm:qwen@https://a.example@low"]);
  });

  it("that fails under one effort is called under no other", async () => {
    const member = fakeModel({
      provider: "vllm",
      model: "qwen",
      endpoint: "https://a.example",
      error: down(),
    });
    const router = createRouter({
      models: { ...efforts("own", pool("vllm:qwen", [member]), ["low", "high"]), other: fakeModel() },
      policy: always("own@low"),
      execution: { retries: 0 },
    });
    for (let call = 0; call < 10; call += 1) await router.route("x");
    expect(router.readEndpoints().breakers).toMatchObject([
      { name: "vllm:qwen@https://a.example", state: "open" },
    ]);
    const { attempts } = await router.route(text("x", { model: "own@high", fallback: true }));
    expect(attempts.map(({ model }) => model)).toEqual(["other"]);
  });
});
