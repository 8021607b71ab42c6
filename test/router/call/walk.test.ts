import { getEventListeners } from "node:events";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import {
  type Attempt,
  type Check,
  type Hop,
  isRouterError,
  MissingConfigurationError,
  type Model,
  ProviderError,
  type ProviderErrorKind,
} from "../../../src/contracts/index.ts";
import { seededRandom } from "../../../src/loop/statistics/seeded-random.ts";
import { generate } from "../../../src/router/call/index.ts";
import type { AdmissionParts } from "../../../src/router/limits/admission.ts";
import { fakeModel } from "../../../src/testing/index.ts";
import { type ExecutionParts, executionFor, streamOf } from "../../support/execution/execution-for.ts";
import { runs } from "../../support/runs.ts";

beforeEach(() => vi.useFakeTimers({ now: 0 }));
afterEach(() => {
  expect(vi.getTimerCount()).toBe(0);
  vi.useRealTimers();
});

type Limits = NonNullable<AdmissionParts["limits"]>;
type Outcome = "ok" | ProviderErrorKind;

const outcomes: readonly Outcome[] = [
  "ok",
  "server",
  "rate-limit",
  "connection",
  "incomplete",
  "context-overflow",
  "authentication",
  "not-found",
  "unknown",
];
const kindsThatEndAModel: ReadonlySet<unknown> = new Set([
  "context-overflow",
  "authentication",
  "permission",
  "not-found",
  "unsupported",
]);
const windows = { a: 8_000, b: 32_000, c: 4_000, d: undefined } as const;
type Id = keyof typeof windows;
const ids = Object.keys(windows) as Id[];
const refuses: Check = { name: "never", accepts: () => false };

/** Creates a retryable error of any kind: some kinds must not be retried in spite of that. */
const failure = (kind: ProviderErrorKind, retryAfterMs?: number) =>
  new ProviderError({ kind, model: "fake:x", retryable: true, retryAfterMs });

interface Case {
  readonly seed: number;
  readonly script: readonly Outcome[];
  readonly plan: readonly Id[];
  readonly deadlineMs: number | undefined;
  readonly abortAtMs: number | undefined;
  readonly maxCostUsd: number | undefined;
  readonly limited: boolean;
  /** Milliseconds after which a stream without content is hedged. */
  readonly hedgeAfterMs: number | undefined;
  readonly retries: number;
}

const cases: fc.Arbitrary<Case> = fc.record({
  seed: fc.nat(),
  script: fc.array(fc.constantFrom(...outcomes), { maxLength: 8 }),
  plan: fc.uniqueArray(fc.constantFrom(...ids), { minLength: 1, maxLength: 2 }),
  deadlineMs: fc.option(fc.integer({ min: 1, max: 300 }), { nil: undefined }),
  abortAtMs: fc.option(fc.integer({ min: 1, max: 300 }), { nil: undefined }),
  maxCostUsd: fc.option(fc.constantFrom(1, 2, 3), { nil: undefined }),
  limited: fc.boolean(),
  hedgeAfterMs: fc.option(fc.constantFrom(0, 5, 15), { nil: undefined }),
  retries: fc.integer({ min: 0, max: 2 }),
});

/** Trials and passes that were granted and that no call has used yet. */
interface Held {
  readonly trials: Set<string>;
  /** Names that were given back without being held. */
  readonly others: string[];
  passes: number;
}

function contextFor(given: Case, held: Held, signal: AbortSignal): ReturnType<typeof executionFor> {
  const random = seededRandom(given.seed);
  const maybe = (share: number) => random() < share;
  const script = [...given.script];
  const modelOf = (id: Id): Model =>
    fakeModel({
      model: id,
      contextWindow: windows[id],
      price: { usdPerMillionInputTokens: 0, usdPerMillionOutputTokens: 0, usdPerRequest: 1 },
      wait: (own) => pause(Math.ceil(random() * 20), own),
      answer: () => {
        const outcome = script.shift() ?? "server";
        if (outcome !== "ok") throw failure(outcome, maybe(0.5) ? random() * 40 : undefined);
        return "an answer";
      },
    });
  const last = given.plan.at(-1);
  return executionFor({
    models: Object.fromEntries(ids.map((id) => [id, modelOf(id)])),
    plan: given.plan.map((model) => ({ model, unless: model === last ? undefined : refuses })),
    fallbacks: ids.filter((id) => !given.plan.includes(id)),
    options: { retries: given.retries, backoffBaseMs: 20, retryAfterCapMs: 60 },
    signal,
    deadlineMs: given.deadlineMs,
    maxCostUsd: given.maxCostUsd,
    random,
    permits: () => maybe(0.9) || "not now",
    estimateCostUsd: () => (maybe(0.1) ? 3 : 1),
    retryBudget: { withdraw: () => maybe(0.8) },
    hedging:
      given.hedgeAfterMs === undefined
        ? undefined
        : { afterMs: () => given.hedgeAfterMs, withdraw: () => maybe(0.8) },
    breakers: {
      ask: () => maybe(0.9) || "its breaker is open",
      enter: (name) => {
        if (maybe(0.1)) return "its breaker is open";
        held.trials.add(name);
        return true;
      },
      abandon: (name) => {
        if (!held.trials.delete(name)) held.others.push(name);
      },
      observe: ({ name }) => held.trials.delete(name),
    },
    limits: given.limited ? limitsOf(random, held) : undefined,
  });
}

const pause = (ms: number, signal: AbortSignal) =>
  new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener("abort", () => clearTimeout(timer), { once: true });
  });

/** Creates limits that refuse, delay and queue at random. */
function limitsOf(random: () => number, held: Held): Limits {
  const maybe = (share: number) => random() < share;
  return {
    delayOf: () => (maybe(0.2) ? { ms: Math.ceil(random() * 30), reason: "its rate" } : undefined),
    enter: (_, maxWaitMs) => {
      const waitMs = maybe(0.3) ? Math.ceil(random() * 30) : 0;
      if (waitMs > maxWaitMs) return "its rate";
      held.passes += 1;
      let isOver = false;
      let timer: NodeJS.Timeout | undefined;
      return {
        waitMs,
        queueTimeoutMs: 10,
        queue: (onTurn) => {
          if (maybe(0.2)) return "its queue is full";
          if (maybe(0.7)) return true;
          timer = setTimeout(onTurn, random() * 20);
          return false;
        },
        begin: () => (maybe(0.1) ? Math.ceil(random() * 10) : 0),
        onRateLimit: () => {},
        end: () => {
          clearTimeout(timer);
          if (!isOver) held.passes -= 1;
          isOver = true;
        },
      };
    },
  };
}

async function run(context: ReturnType<typeof executionFor>, how: "generate" | "stream"): Promise<unknown> {
  const running = (async () => {
    if (how === "generate") await generate(context);
    else for await (const _ of streamOf(context)) await Promise.resolve();
  })().catch((error: unknown) => error);
  await vi.runAllTimersAsync();
  return running;
}

const nextOf: Partial<Record<Hop, Attempt["next"]>> = {
  retry: "retry",
  fallback: "fallback",
  cascade: "escalate",
};

const windowOf = ({ model }: Attempt): number => windows[model as Id] ?? 0;
const startOf = ({ startedAt }: Attempt): number => Date.parse(startedAt);
const endOf = (attempt: Attempt): number => startOf(attempt) + attempt.latencyMs;

describe.each(["generate", "stream"] as const)("whatever happens, %s", (how) => {
  it("gives back every pass that it did not use, and reports what followed each attempt", async () => {
    await fc.assert(
      fc.asyncProperty(cases, async (given) => {
        vi.setSystemTime(0);
        const held: Held = { trials: new Set(), others: [], passes: 0 };
        const controller = new AbortController();
        const reason = new Error("left");
        const timer = setTimeout(() => controller.abort(reason), given.abortAtMs ?? 1e6);
        const context = contextFor(given, held, controller.signal);
        const error = await run(context, how);
        clearTimeout(timer);

        expect(error === undefined || error === reason || isRouterError(error)).toBe(true);
        expect([[...held.trials], held.others, held.passes]).toEqual([[], [], 0]);
        expect(getEventListeners(controller.signal, "abort")).toEqual([]);
        expect(vi.getTimerCount()).toBe(0);
        const { attempts, reported } = context;
        const isHedged = attempts.some(({ hop }) => hop === "hedge");
        // Either of two parallel calls may end first.
        expect(new Set(reported)).toEqual(new Set(attempts));
        expect(reported).toHaveLength(attempts.length);
        expect(attempts.filter((one) => one.error === undefined && one.check === undefined).length).toBe(
          error === undefined ? 1 : 0,
        );
        attempts.forEach((attempt, index) => {
          const { hop, model, error: failed } = attempt;
          if (failed?.kind === "context-overflow") {
            const later = attempts.filter(
              (one) => one !== attempt && one.hop !== "hedge" && startOf(one) >= endOf(attempt),
            );
            for (const one of later) expect(windowOf(one)).toBeGreaterThan(windowOf(attempt));
          }
          const after = attempts[index + 1];
          if (kindsThatEndAModel.has(failed?.kind)) expect(after?.model).not.toBe(model);
          if (isHedged) return;
          expect(attempt.next).toBe(after && nextOf[after.hop]);
          if (hop === "retry") expect(attempts[index - 1]?.model).toBe(model);
        });
        expect(attempts.filter(({ hop }) => hop === "hedge").length).toBeLessThanOrEqual(1);
        for (const id of ids) {
          const calls = attempts.filter(({ model }) => model === id).length;
          expect(calls).toBeLessThanOrEqual(1 + given.retries);
        }
        const spentUsd = attempts.reduce((sum, { costUsd = 0 }) => sum + costUsd, 0);
        expect(spentUsd).toBeLessThanOrEqual(given.maxCostUsd ?? Number.POSITIVE_INFINITY);
      }),
      { numRuns: runs(300, 20_000) },
    );
  });
});

/** Creates a model that fails with the given errors, in order, and then answers. */
function failing(model: string, errors: readonly Error[], more: Partial<Model> = {}) {
  let call = 0;
  const answer = () => {
    const error = errors[call++];
    if (error !== undefined) throw error;
    return `from ${model}`;
  };
  return fakeModel({ model, answer, ...more });
}

describe("a wait before a retry", () => {
  const retried = (parts: Partial<ExecutionParts> = {}) => {
    const abandoned: string[] = [];
    const context = executionFor({
      models: { small: failing("small", [failure("server")]), large: failing("large", []) },
      options: { backoffBaseMs: 1_000 },
      random: () => 1,
      breakers: { abandon: (name) => abandoned.push(name) },
      ...parts,
    });
    return { context, abandoned };
  };

  it("after which a constraint forbids the model ends in a fallback, and the attempt says so", async () => {
    const skipped: string[] = [];
    const { context, abandoned } = retried({
      permits: (id) => id !== "small" || Date.now() < 500 || "no longer",
      skipped: (id, hop, reason) => skipped.push(`${id} ${hop}: ${reason}`),
    });
    expect(await run(context, "generate")).toBeUndefined();
    expect(context.attempts).toMatchObject([{ next: "fallback" }, { model: "large", hop: "fallback" }]);
    expect(skipped).toEqual(["small retry: no longer"]);
    expect(abandoned).toEqual(["fake:small"]);
  });

  it("that the caller ends is followed by nothing", async () => {
    const controller = new AbortController();
    const { context, abandoned } = retried({ signal: controller.signal });
    setTimeout(() => controller.abort(new Error("left")), 500);
    expect(await run(context, "generate")).toEqual(new Error("left"));
    expect(context.attempts).toHaveLength(1);
    expect(context.attempts[0]).not.toHaveProperty("next");
    expect(abandoned).toEqual(["fake:small"]);
  });
});

describe("a deadline that passes between two attempts", () => {
  const late = (parts: Partial<ExecutionParts>, models: ExecutionParts["models"]) => {
    const time = { now: 0 };
    const pass = () => {
      time.now = 2_000;
    };
    const context = executionFor({
      models,
      ...parts,
      clock: () => time.now,
      deadlineMs: 1_000,
    });
    return { context, pass };
  };

  it("ends the request before the next one, at the end of a call", async () => {
    const small = fakeModel({
      model: "small",
      answer: () => {
        pass();
        throw failure("server");
      },
    });
    const { context, pass } = late({}, { small, large: failing("large", []) });
    const error = await run(context, "generate");
    expect(isRouterError(error, "deadline-exceeded") && error.deadlineMs).toBe(1_000);
    expect(context.attempts).toMatchObject([{ model: "small" }]);
    expect(context.attempts).toHaveLength(1);
  });

  it("at the end of a check of the plan, or of one for degraded answers", async () => {
    for (const degraded of [false, true]) {
      const check: Check = {
        name: "late",
        accepts: () => {
          pass();
          return false;
        },
      };
      const { context, pass } = late(
        degraded ? {} : { plan: [{ model: "small", unless: check }, { model: "large" }] },
        { small: failing("small", []), large: failing("large", []) },
      );
      Object.assign(context.ports.options, { degraded: degraded ? [check] : [] });
      const error = await run(context, "generate");
      // There is a degraded answer, which is returned.
      expect(error === undefined ? "answered" : isRouterError(error, "deadline-exceeded")).toBe(
        degraded ? "answered" : true,
      );
      expect(context.attempts).toHaveLength(1);
    }
  });

  it("in a backoff whose timer was late", async () => {
    const abandoned: string[] = [];
    const { context, pass } = late(
      { random: () => 1, breakers: { abandon: (name) => abandoned.push(name) } },
      { small: failing("small", [failure("server")]), large: failing("large", []) },
    );
    setTimeout(pass, 100);
    expect(isRouterError(await run(context, "generate"), "deadline-exceeded")).toBe(true);
    expect(context.attempts).toHaveLength(1);
    expect(abandoned).toEqual(["fake:small"]);
  });
});

it("an abort within a check ends the request: no other model is called", async () => {
  for (const degraded of [false, true]) {
    const controller = new AbortController();
    const reason = new Error("left");
    const check: Check = {
      name: "leaving",
      accepts: () => {
        controller.abort(reason);
        return false;
      },
    };
    const context = executionFor({
      models: { small: failing("small", []), large: failing("large", []) },
      signal: controller.signal,
      ...(degraded ? {} : { plan: [{ model: "small", unless: check }, { model: "large" }] }),
      options: { degraded: degraded ? check : [] },
    });
    expect(await run(context, "generate")).toBe(reason);
    expect(context.attempts).toHaveLength(1);
  }
});

describe("the order of models", () => {
  const models = (small: readonly Error[] = []) => ({
    small: failing("small", small),
    large: failing("large", []),
  });
  const hops = ({ attempts }: { readonly attempts: readonly Attempt[] }) =>
    attempts.map(({ model, hop, next }) => [model, hop, next]);

  it("is that of the plan, then that of the fallbacks", async () => {
    const plan = [{ model: "small", unless: refuses }, { model: "large" }];
    const escalated = executionFor({ models: models(), plan, fallbacks: [] });
    expect(await run(escalated, "generate")).toBeUndefined();
    expect(hops(escalated)).toEqual([
      ["small", "answer", "escalate"],
      ["large", "cascade", undefined],
    ]);
    const failed = executionFor({ models: models([failure("not-found")]), plan, fallbacks: [] });
    expect(await run(failed, "generate")).toBeUndefined();
    expect(hops(failed)).toEqual([
      ["small", "answer", "fallback"],
      ["large", "fallback", undefined],
    ]);
  });

  it("has a model twice that the plan names twice, the second time with the hop of its place", async () => {
    const plan = [{ model: "small", unless: refuses }, { model: "small" }];
    const escalated = executionFor({ models: models(), plan, fallbacks: [] });
    expect(await run(escalated, "generate")).toBeUndefined();
    expect(hops(escalated)).toEqual([
      ["small", "answer", "escalate"],
      ["small", "cascade", undefined],
    ]);
  });

  it("does not go on after an error that is not a failure of a model", async () => {
    const error = new MissingConfigurationError("no key", ["KEY"]);
    const context = executionFor({ models: models([error]) });
    expect(await run(context, "generate")).toBe(error);
    expect(context.attempts).toHaveLength(1);
  });

  it("begins with the next one if a constraint now forbids the first", async () => {
    const skipped: string[] = [];
    let deposits = 0;
    const permits = (id: string) => id !== "small" || "not now";
    const parts = {
      permits,
      skipped: (id: string, hop: Hop, reason: string) => skipped.push(`${id} ${hop}: ${reason}`),
      retryBudget: {
        deposit: () => {
          deposits += 1;
        },
      },
    };
    const context = executionFor({ models: models(), ...parts });
    expect(await run(context, "generate")).toBeUndefined();
    expect(hops(context)).toEqual([["large", "fallback", undefined]]);
    expect([skipped, deposits]).toEqual([["small answer: not now"], 1]);
    const error = await run(executionFor({ models: models(), fallbacks: [], permits }), "generate");
    expect(isRouterError(error, "no-eligible-model") && error.reasons).toEqual({ small: "not now" });
  });

  it("is empty if the first is too expensive by now", async () => {
    const context = executionFor({
      models: models(),
      maxCostUsd: 1,
      spentUsd: 0.5,
      estimateCostUsd: () => 0.6,
    });
    expect(isRouterError(await run(context, "generate"), "budget-exceeded")).toBe(true);
    expect(context.attempts).toEqual([]);
  });

  it("comes back to the skipped model that has room first", async () => {
    const waits: Readonly<Record<string, number>> = { "fake:small": 50, "fake:large": 20 };
    const limits: Limits = {
      delayOf: ({ name }) => ({ ms: waits[name] ?? 0, reason: "its rate" }),
      enter: ({ name }, maxWaitMs) =>
        (waits[name] ?? 0) > maxWaitMs
          ? "its rate"
          : {
              waitMs: waits[name] ?? 0,
              queueTimeoutMs: 1,
              queue: () => true,
              begin: () => 0,
              onRateLimit: () => {},
              end: () => {},
            },
    };
    const context = executionFor({ models: models(), limits });
    expect(await run(context, "generate")).toBeUndefined();
    expect(hops(context)).toEqual([["large", "fallback", undefined]]);
    expect(Date.now()).toBe(20);
  });

  it("goes on at once if a retry would wait for its rate for longer than retryAfterCapMs", async () => {
    let calls = 0;
    const limits: Limits = {
      delayOf: ({ name }) =>
        name === "fake:small" && calls > 0 ? { ms: 60_000, reason: "its rate" } : undefined,
      enter: () => {
        calls += 1;
        const pass = { waitMs: 0, queueTimeoutMs: 1, onRateLimit: () => {}, end: () => {} };
        return { ...pass, queue: () => true, begin: () => 0 };
      },
    };
    const context = executionFor({ models: models([failure("server")]), limits });
    expect(await run(context, "generate")).toBeUndefined();
    expect(hops(context).map(([model]) => model)).toEqual(["small", "large"]);
    expect(Date.now()).toBe(0);
  });

  it("stays with a retry that its rate delays if no other model is left", async () => {
    const rejections = ["", "its rate", ""];
    const limits: Limits = {
      delayOf: () => undefined,
      enter: () => {
        const pass = { waitMs: 0, queueTimeoutMs: 1, onRateLimit: () => {}, end: () => {} };
        return rejections.shift() || { ...pass, queue: () => true, begin: () => 0 };
      },
    };
    const small = failing("small", [failure("server")]);
    const context = executionFor({ models: { small }, limits });
    expect(await run(context, "generate")).toBeUndefined();
    expect(hops(context)).toEqual([
      ["small", "answer", "retry"],
      ["small", "retry", undefined],
    ]);
  });

  it("ends with a failure rather than with a lack of room", async () => {
    const full: Limits = {
      delayOf: () => undefined,
      enter: ({ name }) => {
        if (name === "fake:large") return "it is full";
        const pass = { waitMs: 0, queueTimeoutMs: 1, onRateLimit: () => {}, end: () => {} };
        return { ...pass, queue: () => true, begin: () => 0 };
      },
    };
    const failed = executionFor({ models: models([failure("not-found")]), limits: full });
    const error = await run(failed, "generate");
    expect(isRouterError(error, "all-models-failed") && error.message).toContain(
      "large: passed over, it is full",
    );
    const plan = [{ model: "small", unless: refuses }, { model: "large" }];
    const other = { ...models(), other: failing("other", []) };
    const escalated = executionFor({ models: other, plan, fallbacks: ["other"], limits: full });
    expect(await run(escalated, "generate")).toBeUndefined();
    expect(hops(escalated)).toEqual([
      ["small", "answer", "escalate"],
      ["other", "cascade", undefined],
    ]);
  });
});

describe("money that is not enough for the next model", () => {
  const price = { usdPerMillionInputTokens: 0, usdPerMillionOutputTokens: 0, usdPerRequest: 1 };
  const timeout = () => new ProviderError({ kind: "timeout", model: "fake:small" });

  it("is spent on one that it is enough for", async () => {
    const admitted: string[] = [];
    const context = executionFor({
      models: {
        small: failing("small", [timeout()], { price }),
        dear: failing("dear", [], { price: { ...price, usdPerRequest: 5 } }),
        cheap: failing("cheap", [], { price }),
      },
      options: { retries: 0 },
      maxCostUsd: 2,
      estimateCostUsd: (id) => (id === "dear" ? 5 : 1),
      breakers: {
        enter: (name) => {
          admitted.push(name);
          return true;
        },
      },
    });
    expect(await run(context, "generate")).toBeUndefined();
    expect(context.attempts.map(({ model }) => model)).toEqual(["small", "cheap"]);
    expect(admitted).toEqual(["fake:small", "fake:cheap"]);
  });

  it("does not pay for a retry either", async () => {
    const context = executionFor({
      models: { small: failing("small", [timeout(), timeout()], { price }) },
      maxCostUsd: 1.5,
      estimateCostUsd: () => 1,
    });
    expect(isRouterError(await run(context, "generate"), "budget-exceeded")).toBe(true);
    expect(context.attempts).toMatchObject([{ costUsd: 1 }]);
    expect(context.attempts).toHaveLength(1);
  });

  it("ends the request if it is enough for no model", async () => {
    const context = executionFor({
      models: {
        small: failing("small", [timeout()], { price }),
        dear: failing("dear", [], { price: { ...price, usdPerRequest: 5 } }),
      },
      options: { retries: 0 },
      maxCostUsd: 2,
      estimateCostUsd: (id) => (id === "dear" ? 5 : 1),
    });
    expect(isRouterError(await run(context, "generate"), "budget-exceeded")).toBe(true);
  });
});
