import { describe, expect, it } from "vitest";
import { maxCost } from "../../../policies/constraints/index.ts";
import { always, cascade } from "../../../policies/index.ts";
import type { ChatRequest, Model, Price } from "../../../src/contracts/index.ts";
import {
  type Check,
  type Classifier,
  type Constraint,
  createRouter,
  isRouterError,
  ProviderError,
  type RouteRequest,
  type RouterOptions,
} from "../../../src/index.ts";
import { fakeModel } from "../../../src/testing/index.ts";

const price: Price = { usdPerMillionInputTokens: 1, usdPerMillionOutputTokens: 10 };

/** A model that wants to answer with `wants` tokens and stops at its limit. */
function writer(model: string, wants: number, more: Partial<Model> = {}, errors: Error[] = []) {
  const requests: ChatRequest[] = [];
  const limitOf = (request: ChatRequest) =>
    request.max_completion_tokens ?? request.max_tokens ?? Number.POSITIVE_INFINITY;
  const fake = fakeModel({ model, price, ...more });
  const written = (request: ChatRequest) => {
    requests.push(request);
    const tokens = Math.min(wants, limitOf(request));
    return {
      finish_reason: tokens < wants ? ("length" as const) : ("stop" as const),
      usage: { prompt_tokens: 20, completion_tokens: tokens, total_tokens: 20 + tokens },
    };
  };
  const made: Model = {
    ...fake,
    ...more,
    async generate(request, call) {
      const { finish_reason, usage } = written(request);
      const error = errors.shift();
      if (error !== undefined) throw error;
      const answer = await fake.generate(request, call);
      return { ...answer, usage, choices: answer.choices.map((one) => ({ ...one, finish_reason })) };
    },
    async *stream(request, call) {
      const { finish_reason, usage } = written(request);
      for await (const chunk of fake.stream(request, call)) {
        const choices = chunk.choices.map((one) => (one.finish_reason ? { ...one, finish_reason } : one));
        yield { ...chunk, choices, ...(chunk.usage && { usage }) };
      }
    },
  };
  return Object.assign(made, { requests, limits: () => requests.map(limitOf) });
}

const ask = { messages: [{ role: "user" as const, content: "Tell me about it" }] };

function make(models: Readonly<Record<string, Model>>, options: Partial<RouterOptions<string>> = {}) {
  return createRouter({
    models,
    policy: always(Object.keys(models)[0] as string),
    execution: { retries: 1, backoffBaseMs: 0 },
    ...options,
  });
}

describe("an answer that ends at a limit of the router's", () => {
  it("is followed by a call of the next model, with four times the limit", async () => {
    const small = writer("small", 3_000);
    const large = writer("large", 3_000);
    const result = await make({ small, large }).route({ ...ask, maxCostUsd: 1 });
    expect([small.limits(), large.limits()]).toEqual([[1_200], [4_800]]);
    expect(result.attempts).toMatchObject([
      { model: "small", check: { name: "outputLimit", accepted: false }, next: "fallback" },
      { model: "large", finishReason: "stop" },
    ]);
    expect(result.degraded).toBeUndefined();
  });

  it("is followed by the next step of a cascade, whatever its check would say, and no check is paid for", async () => {
    const small = writer("small", 3_000);
    const large = writer("large", 3_000);
    let asked = 0;
    const unless: Check = {
      name: "counting",
      accepts: () => {
        asked += 1;
        return true;
      },
    };
    const policy = cascade({ first: "small", then: "large", unless });
    const { attempts } = await make({ small, large }, { policy }).route({ ...ask, maxCostUsd: 1 });
    expect(attempts.map(({ model }) => model)).toEqual(["small", "large"]);
    expect(asked).toBe(0);
  });

  it("is the answer if no other model could write more, and says that it is cut", async () => {
    const small = writer("small", 3_000);
    const large = writer("large", 3_000, { price: { ...price, usdPerMillionOutputTokens: 30 } });
    const result = await make({ small, large }).route({ ...ask, maxCostUsd: 0.03 });
    expect(small.limits()).toEqual([1_200]);
    // What is left would pay for 580 tokens of the large model.
    expect(large.limits()).toEqual([]);
    expect(result).toMatchObject({ text: "ok", degraded: { name: "outputLimit", accepted: false } });
    const alone = await make({ small }).route({ ...ask, maxCostUsd: 1 });
    expect(alone.degraded).toEqual({ name: "outputLimit", accepted: false });
    const pinned = await make({ small, large }).route({ ...ask, maxCostUsd: 1, model: "small" });
    expect(pinned.attempts).toHaveLength(1);
  });

  it("ends a stream whose text was delivered, and its result says that it is cut", async () => {
    const small = writer("small", 3_000);
    const stream = make({ small, large: writer("large", 1) }).stream({ ...ask, maxCostUsd: 1 });
    let text = "";
    for await (const chunk of stream) text += chunk.choices[0]?.delta.content ?? "";
    const result = await stream.result;
    expect(text).toBe("ok");
    expect(result.attempts).toHaveLength(1);
    expect(result.degraded).toEqual({ name: "outputLimit", accepted: false });
  });

  it("raises the running mean, so that later requests get a higher limit", async () => {
    const small = writer("small", 3_000);
    const router = make({ small });
    for (let at = 0; at < 12; at += 1) await router.route({ ...ask, maxCostUsd: 1 });
    const limits = small.limits();
    expect(limits[0]).toBe(1_200);
    expect(limits.at(-1)).toBeGreaterThan(3_000);
  });
});

describe("a bound", () => {
  it("refuses a call that could not write 256 tokens, with a typed error, before it is made", async () => {
    const small = writer("small", 100);
    const error = await make({ small })
      .route({ ...ask, maxCostUsd: 0.002 })
      .catch((caught: unknown) => caught);
    expect(isRouterError(error, "budget-exceeded") && error.message).toMatch(
      /costs up to 0\.002\d+ USD, more than 0.002/,
    );
    expect(small.requests).toEqual([]);
    const { attempts } = await make({ small }).route({ ...ask, maxCostUsd: 0.002, max_tokens: 100 });
    expect(attempts[0]?.costUsd).toBeLessThanOrEqual(0.002);
    const constrained = make({ small }, { constraints: [maxCost({ usd: 0.002 })] });
    await expect(constrained.route(ask)).rejects.toMatchObject({ code: "no-eligible-model" });
  });

  it("of a team's own constraint limits each call as well", async () => {
    const small = writer("small", 9_999);
    const own: Constraint = { name: "own", maxCallUsd: 0.005, permits: () => true };
    const { attempts } = await make({ small }, { constraints: [own] }).route(ask);
    expect(attempts[0]?.costUsd).toBeLessThanOrEqual(0.005);
    expect(attempts[0]?.limited).toMatchObject({ by: "maxCost" });
    const request: RouteRequest<string> = { ...ask, constraints: [maxCost({ usd: 0.004 })] };
    expect((await make({ small }).route(request)).costUsd).toBeLessThanOrEqual(0.004);
  });

  it("holds for retries, hedges, escalations, classifiers and checks together", async () => {
    const timeout = () => new ProviderError({ kind: "timeout", model: "m" });
    const judge = writer("judge", 9_999);
    const asking: Classifier = {
      name: "asking",
      version: "1",
      async classify(_, hop) {
        await hop.generate(judge, ask).catch(() => {});
        return { complexity: 0 };
      },
    };
    const again: Check = {
      name: "again",
      async accepts(_, __, hop) {
        await hop.again?.({ max_tokens: 50_000, messages: ask.messages });
        await hop.generate(judge, { ...ask, max_tokens: 50_000 });
        return false;
      },
    };
    for (let cents = 1; cents <= 20; cents += 1) {
      const sold = { usd: 0 };
      const counted = (name: string, wants: number, errors: Error[] = []) => {
        const model = writer(name, wants, {}, errors);
        const { generate } = model;
        return Object.assign(model, {
          generate: async (...args: Parameters<Model["generate"]>) => {
            const [{ max_completion_tokens: a, max_tokens: b }] = args;
            sold.usd += (20 + 10 * Math.min(wants, a ?? b ?? 50_000)) / 1e6;
            return generate(...args);
          },
        });
      };
      Object.assign(judge, counted("judge", 9_999));
      const small = counted("small", 700, [timeout()]);
      const large = counted("large", 9_999);
      const policy = cascade({ first: "small", then: "large", unless: again });
      const router = make({ small, large }, { policy, classifier: asking });
      const maxCostUsd = cents / 100;
      const ended = await router.route({ ...ask, maxCostUsd }).then(
        (result) => result.attempts,
        (error: unknown) => (isRouterError(error, "budget-exceeded") ? error.attempts : []),
      );
      expect(ended.length).toBeGreaterThan(0);
      expect(sold.usd).toBeLessThanOrEqual(maxCostUsd + 1e-12);
    }
  });

  it("keeps the limit that the defaults of a classifier's model set", async () => {
    const judge = writer("judge", 9_999, { defaults: { maxOutputTokens: 64 } });
    const asking: Classifier = {
      name: "asking",
      version: "1",
      async classify(_, hop) {
        await hop.generate(judge, ask);
        return { complexity: 0 };
      },
    };
    const models = { small: writer("small", 1), large: writer("large", 1) };
    // 0.003 USD pay for 64 tokens of the judge, and not for 256 of it and of a model that answers.
    const result = await make(models, { classifier: asking }).route({
      ...ask,
      maxCostUsd: 0.0038,
      max_tokens: 100,
    });
    expect(judge.limits()).toEqual([64]);
    expect(result.attempts.map(({ model, limited }) => [model, limited])).toEqual([
      ["fake:judge", undefined],
      ["small", undefined],
    ]);
  });

  it("counts a call whose answer never came at what it could have cost", async () => {
    const caller = new AbortController();
    const deaf = { ...writer("deaf", 1), generate: () => new Promise<never>(() => {}) };
    const router = make({ deaf }, { budgets: [{ limitUsd: 0.02, period: "day" }] });
    for (let at = 0; at < 5; at += 1) {
      const routing = router.route(ask, { signal: caller.signal }).catch(() => {});
      setTimeout(() => caller.abort(new Error("left")), 1);
      await routing;
    }
    const used = router.exportState().spend?.accounts[0]?.usedUsd ?? 0;
    expect(used).toBeGreaterThan(0.01);
    expect(used).toBeLessThanOrEqual(0.02);
  });

  it("leaves out a prediction, whose tokens are billed as output and which excludes a limit", async () => {
    const small = writer("small", 10);
    const request = { ...ask, prediction: { type: "content" as const, content: "x".repeat(400) } };
    const { attempts } = await make({ small }).route({ ...request, maxCostUsd: 1 });
    expect(attempts[0]?.dropped).toEqual(["prediction"]);
    await make({ small }).route(request);
    expect(small.requests.map(({ prediction }) => prediction === undefined)).toEqual([true, false]);
  });

  it("does not limit a model whose output costs nothing", async () => {
    const own = writer("own", 9_000, {
      price: { usdPerMillionInputTokens: 0, usdPerMillionOutputTokens: 0 },
    });
    const router = make({ own }, { budgets: [{ limitUsd: 0.01, period: "day" }] });
    const { attempts, degraded } = await router.route(ask);
    expect(own.limits()).toEqual([Number.POSITIVE_INFINITY]);
    expect([attempts[0]?.limited, degraded]).toEqual([undefined, undefined]);
  });

  it("is told by the decision: what a call can cost at least, and the upper bound of its input", async () => {
    const small = writer("small", 1);
    const router = make({ small });
    const bounded = await router.decide({ ...ask, maxCostUsd: 1 });
    expect(bounded.candidates[0]?.leastCostUsd).toBeGreaterThan(0.00256);
    expect(bounded.request.mostInputTokens).toBeGreaterThan(bounded.request.inputTokens);
    const free = await router.decide(ask);
    expect(free.candidates[0]?.leastCostUsd).toBeUndefined();
    expect(free.request.mostInputTokens).toBeUndefined();
  });

  it("counts the input's tokens where their upper bound alone would refuse the request", async () => {
    const small = writer("small", 10);
    const content = "The quick brown fox jumps over the lazy dog. ".repeat(100);
    const request = { messages: [{ role: "user" as const, content }], max_tokens: 10, maxCostUsd: 0.002 };
    const { decision, costUsd } = await make({ small }).route(request);
    expect(decision.request).toMatchObject({ inputTokensExact: true, inputTokens: 1_001 });
    expect(decision.request.mostInputTokens).toBeLessThan(1_600);
    expect(costUsd).toBeLessThanOrEqual(0.002);
  });

  it("a request's own names of the limit stay its own", async () => {
    const small = writer("small", 10);
    const router = make({ small });
    await router.route({ ...ask, maxCostUsd: 1, max_tokens: 500 });
    await router.route({ ...ask, maxCostUsd: 0.01, max_tokens: 50_000 });
    await router.route({ ...ask, maxCostUsd: 0.01, max_completion_tokens: 50_000 });
    const [asked, lowered, newer] = small.requests;
    expect(asked).toEqual({ ...ask, max_tokens: 500 });
    expect(Object.keys(lowered ?? {})).toEqual(["messages", "max_tokens"]);
    expect(newer?.max_completion_tokens).toBeLessThan(1_000);
  });
});
