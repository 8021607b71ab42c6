import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import {
  type Check,
  isRouterError,
  ProviderError,
  type ProviderErrorKind,
} from "../../../src/contracts/index.ts";
import { generate } from "../../../src/router/call/index.ts";
import { fakeModel } from "../../../src/testing/index.ts";
import { executionFor } from "../../support/execution/execution-for.ts";

const price = { usdPerMillionInputTokens: 1_000, usdPerMillionOutputTokens: 10_000 };
const usage = { inputTokens: 100, outputTokens: 10 }; // 0.1 + 0.1 USD
const failure = (
  kind: ProviderErrorKind,
  more: { status?: number; retryAfterMs?: number; otherMayAnswer?: boolean } = {},
) => new ProviderError({ kind, model: "fake:small", ...more });

/** A model that fails with the given errors, in order, and then answers. */
function failing(name: string, ...errors: readonly unknown[]) {
  let call = 0;
  return fakeModel({
    model: name,
    price,
    usage,
    answer: () => {
      const error = errors[call];
      call += 1;
      if (error !== undefined) throw error;
      return `answer of ${name}`;
    },
  });
}

beforeEach(() => vi.useFakeTimers());
afterEach(() => {
  expect(vi.getTimerCount()).toBe(0);
  vi.useRealTimers();
});

/** Runs to the end while timers fire as they come due. */
async function run(context: ReturnType<typeof executionFor>) {
  const running = generate(context).then(
    (completion) => ({ text: completion.choices[0]?.message.content, error: undefined }),
    (error: unknown) => ({ text: undefined, error }),
  );
  await vi.runAllTimersAsync();
  return running;
}

describe("a call that succeeds", () => {
  it.each([{ completion_tokens: 1 }, { completion_tokens: 1, prompt_tokens: "7" }])(
    "is priced with an estimate of the input if its usage is %o",
    async (told) => {
      const small = fakeModel({ model: "small", price });
      const partial = {
        ...small,
        generate: async (...call: Parameters<typeof small.generate>) =>
          Object.assign(await small.generate(...call), { usage: told }),
      };
      const context = executionFor({ models: { small: partial } });
      await run(context);
      expect(context.attempts).toMatchObject([
        { usage: { inputTokens: 10, outputTokens: 1 }, costEstimated: true, costUsd: 0.02 },
      ]);
    },
  );

  it("is one attempt, priced by the usage that the provider returned", async () => {
    const context = executionFor({ models: { small: failing("small") } });
    expect((await run(context)).text).toBe("answer of small");
    expect(context.attempts).toMatchObject([
      {
        model: "small",
        name: "fake:small",
        hop: "answer",
        usage,
        finishReason: "stop",
        servedModel: "small",
      },
    ]);
    expect(context.attempts[0]?.costUsd).toBeCloseTo(0.2, 12);
    expect(context.reported).toEqual(context.attempts);
  });
});

describe("a call that fails", () => {
  it("is tried again if that is safe, each time as an attempt of its own", async () => {
    const context = executionFor({ models: { small: failing("small", failure("server", { status: 500 })) } });
    expect((await run(context)).text).toBe("answer of small");
    expect(context.attempts.map(({ hop, next, costUsd }) => [hop, next, costUsd === 0])).toEqual([
      ["answer", "retry", true],
      ["retry", undefined, false],
    ]);
    expect(context.attempts[0]?.error).toMatchObject({
      code: "provider",
      kind: "server",
      status: 500,
      retryable: true,
    });
  });

  it("goes to the next permitted model when retries are used up", async () => {
    const overloaded = failure("overloaded");
    const small = failing("small", overloaded, overloaded, overloaded);
    const context = executionFor({
      models: { small, mid: failing("mid"), large: failing("large") },
      permits: (id) => id !== "mid" || "no",
    });
    expect((await run(context)).text).toBe("answer of large");
    expect(context.attempts.map(({ model, hop, next }) => [model, hop, next])).toEqual([
      ["small", "answer", "retry"],
      ["small", "retry", "retry"],
      ["small", "retry", "fallback"],
      ["large", "fallback", undefined],
    ]);
  });

  it("waits between tries: full jitter below a cap, and never less than the provider asks", async () => {
    const errors = [failure("server"), failure("rate-limit", { retryAfterMs: 3_000 })];
    const started: number[] = [];
    const context = executionFor({
      models: { small: failing("small", ...errors) },
      random: () => 0.5,
      started: () => started.push(Date.now()),
    });
    await run(context);
    const [first = 0, second = 0, third = 0] = started;
    expect(second - first).toBe(250); // 0.5 * min(8000, 500 * 2^0)
    expect(third - second).toBe(3_000); // max(0.5 * 500 * 2^1, 3000)
  });

  it("does not wait for a provider that asks for too long: the next model is there now", async () => {
    const small = failing("small", failure("rate-limit", { retryAfterMs: 60_000 }));
    const context = executionFor({ models: { small, large: failing("large") } });
    const before = Date.now();
    expect((await run(context)).text).toBe("answer of large");
    expect(Date.now() - before).toBe(0);
  });

  for (const kind of ["invalid-request", "too-large", "content-filter"] as const) {
    it(`ends the request when it is of kind ${kind}: another model would fail in the same way`, async () => {
      const error = failure(kind);
      const context = executionFor({ models: { small: failing("small", error), large: failing("large") } });
      expect((await run(context)).error).toBe(error);
      expect(context.attempts).toHaveLength(1);
    });
  }

  it("is shown with both attempts when two models refuse a request that may be at no fault", async () => {
    const open = { otherMayAnswer: true };
    const second = failure("too-large", open);
    const context = executionFor({
      models: {
        small: failing("small", failure("invalid-request", open)),
        large: failing("large", second),
        third: failing("third"),
      },
    });
    expect((await run(context)).error).toBe(second);
    expect(second.attempts?.map(({ model, next }) => [model, next])).toEqual([
      ["small", "fallback"],
      ["large", undefined],
    ]);
    expect(Object.keys(second)).not.toContain("attempts");
  });

  for (const kind of ["authentication", "permission", "not-found", "unsupported", "unknown"] as const) {
    it(`is not tried again but replaced when it is of kind ${kind}`, async () => {
      const context = executionFor({
        models: { small: failing("small", failure(kind)), large: failing("large") },
      });
      expect((await run(context)).text).toBe("answer of large");
      expect(context.attempts.map(({ next }) => next)).toEqual(["fallback", undefined]);
    });
  }

  it("goes only to a model with a larger window after a context overflow", async () => {
    const small = fakeModel({ model: "small", contextWindow: 100, error: failure("context-overflow") });
    const same = fakeModel({ model: "same", contextWindow: 100 });
    const unknown = fakeModel({ model: "unknown" });
    const large = fakeModel({ model: "large", contextWindow: 200, answer: "fits" });
    const context = executionFor({ models: { small, same, unknown, large } });
    expect((await run(context)).text).toBe("fits");
    expect(same.requests).toHaveLength(0);
    expect(unknown.requests).toHaveLength(0);
  });

  it("names every attempt when all models have failed", async () => {
    const models = {
      small: failing("small", failure("not-found")),
      large: failing("large", failure("permission")),
    };
    const { error } = await run(executionFor({ models }));
    if (!isRouterError(error, "all-models-failed")) throw error;
    expect(error.message).toBe(
      "all models failed (small: fake:small failed (not-found); large: fake:small failed (permission))",
    );
    expect(error.attempts).toHaveLength(2);
    expect(isRouterError(error.cause, "provider")).toBe(true);
  });

  it("stays with its model when fallback is off", async () => {
    const models = { small: failing("small", failure("not-found")), large: failing("large") };
    const context = executionFor({ models, options: { fallback: false } });
    expect(isRouterError((await run(context)).error, "all-models-failed")).toBe(true);
    expect(context.attempts).toHaveLength(1);
  });

  it("wraps what a user's own model throws, without its text", async () => {
    const context = executionFor({
      models: { small: failing("small", new Error("secret")), large: failing("large") },
    });
    expect((await run(context)).text).toBe("answer of large");
    expect(JSON.stringify(context.attempts)).not.toContain("secret");
    expect(context.attempts[0]?.error).toMatchObject({
      kind: "unknown",
      message: expect.stringContaining("type Error"),
    });
  });

  it("counts an answer without a message as incomplete", async () => {
    const small = {
      ...fakeModel({ model: "small" }),
      generate: async () => ({ choices: [{ message: null }] }) as never,
    };
    const context = executionFor({ models: { small, large: failing("large") }, options: { retries: 0 } });
    expect((await run(context)).text).toBe("answer of large");
    expect(context.attempts[0]?.error?.kind).toBe("incomplete");
  });
});

describe("limits", () => {
  const never = () => new Promise<string>(() => {});

  it("end a call that takes too long, even one that ignores its signal, and price it by estimate", async () => {
    const deaf = { ...fakeModel({ model: "small", price }), generate: () => new Promise<never>(() => {}) };
    const context = executionFor({
      models: { small: deaf, large: failing("large") },
      options: { attemptTimeoutMs: 1_000, retries: 0 },
    });
    expect((await run(context)).text).toBe("answer of large");
    expect(context.attempts[0]).toMatchObject({
      error: { kind: "timeout" },
      latencyMs: 1_000,
      costEstimated: true,
      usage: { inputTokens: 10, outputTokens: 300 },
    });
  });

  it("end everything at the deadline, also inside a backoff", async () => {
    const small = failing("small", failure("rate-limit", { retryAfterMs: 900 }));
    const models = { small, large: fakeModel({ model: "large", answer: never }) };
    const context = executionFor({ models, deadlineMs: 500 });
    const before = Date.now();
    const { error } = await run(context);
    if (!isRouterError(error, "deadline-exceeded")) throw error;
    expect(error.message).toBe("no answer within the deadline of 500 ms");
    expect(Date.now() - before).toBe(500);
    expect(context.attempts.map(({ next }) => next)).toEqual(["fallback", undefined]);
  });

  it("stop before a model that the remaining money cannot pay for", async () => {
    const free = { ...price, usdPerMillionOutputTokens: 0 };
    const small = fakeModel({ model: "small", price: free, answer: never });
    const context = executionFor({
      models: { small, large: fakeModel({ model: "large", price: free }) },
      options: { attemptTimeoutMs: 100, retries: 0 },
      maxCostUsd: 0.0105, // the abandoned call counts as 10 tokens of input: 0.01
    });
    const { error } = await run(context);
    if (!isRouterError(error, "budget-exceeded")) throw error;
    expect(error.message).toContain("maxCostUsd of 0.0105");
    expect(context.attempts).toHaveLength(1);
  });

  it("ask the constraints again before each call", async () => {
    const asked: string[] = [];
    const small = failing("small", failure("server"), failure("server"), failure("server"));
    await run(
      executionFor({
        models: { small, large: failing("large") },
        permits: (id, hop) => {
          asked.push(`${hop} ${id}`);
          return true;
        },
      }),
    );
    expect(asked).toEqual(["answer small", "retry small", "retry small", "fallback large"]);
  });
});

describe("an abort of the caller", () => {
  it("rethrows its reason at once, in a call", async () => {
    const controller = new AbortController();
    const reason = new Error("user left");
    const small = fakeModel({ model: "small", answer: () => new Promise<string>(() => {}) });
    const context = executionFor({ models: { small, large: failing("large") }, signal: controller.signal });
    const running = run(context);
    controller.abort(reason);
    expect((await running).error).toBe(reason);
    expect(context.attempts).toHaveLength(1);
  });

  it("rethrows its reason at once, in a backoff", async () => {
    const controller = new AbortController();
    const reason = new Error("user left");
    const small = failing("small", failure("rate-limit", { retryAfterMs: 10_000 }));
    const context = executionFor({ models: { small }, signal: controller.signal });
    setTimeout(() => controller.abort(reason), 1_000);
    const before = Date.now();
    expect((await run(context)).error).toBe(reason);
    expect(Date.now() - before).toBe(1_000);
  });
});

describe("a plan with checks", () => {
  const refuses: Check = { name: "never", accepts: () => false };
  const breaks: Check = {
    name: "broken",
    accepts: () => {
      throw new Error("secret");
    },
  };

  for (const check of [refuses, breaks]) {
    it(`escalates when the check ${check.name} does not accept, and pays for both`, async () => {
      const models = { small: failing("small"), large: failing("large") };
      const context = executionFor({ models, plan: [{ model: "small", unless: check }, { model: "large" }] });
      expect((await run(context)).text).toBe("answer of large");
      expect(context.attempts.map(({ hop, next }) => [hop, next])).toEqual([
        ["answer", "escalate"],
        ["cascade", undefined],
      ]);
      expect(context.attempts[0]?.costUsd).toBeCloseTo(0.2, 12);
    });
  }

  it("ends with the first answer that its check accepts", async () => {
    const accepts: Check = {
      name: "always",
      accepts: (_, answer) => answer.choices[0]?.message.content === "answer of small",
    };
    const large = failing("large");
    const context = executionFor({
      models: { small: failing("small"), large },
      plan: [{ model: "small", unless: accepts }, { model: "large" }],
    });
    expect((await run(context)).text).toBe("answer of small");
    expect(large.requests).toHaveLength(0);
  });
});
