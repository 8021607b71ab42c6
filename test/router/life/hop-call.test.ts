import { describe, expect, it } from "vitest";
import { boundary, maxCost } from "../../../policies/constraints/index.ts";
import { always } from "../../../policies/index.ts";
import type { HopContext, ModelFacts } from "../../../src/contracts/index.ts";
import {
  type Classifier,
  createRouter,
  isRouterError,
  ProviderError,
  type RouteRequest,
  type RouterOptions,
} from "../../../src/index.ts";
import { fakeModel } from "../../../src/testing/index.ts";

const perToken = { usdPerMillionInputTokens: 1e6, usdPerMillionOutputTokens: 1e6 };
const free = { usdPerMillionInputTokens: 0, usdPerMillionOutputTokens: 0 };
const target: ModelFacts = {
  name: "local:e5",
  provider: "local",
  model: "e5",
  price: perToken,
  labels: { boundary: "on-prem" },
};
const onPrem = { labels: { boundary: "on-prem" }, price: free };

/** Routes one request whose classifier passes its hop to `use`. */
async function run(
  use: (hop: HopContext) => Promise<unknown>,
  options: Partial<RouterOptions<"small" | "large">> = {},
  request: Partial<Exclude<RouteRequest, string>> = {},
) {
  let outcome: unknown;
  const classifier: Classifier = {
    name: "using",
    version: "1",
    async classify(_, hop) {
      outcome = await use(hop).catch((error: unknown) => error);
      return { complexity: 0.5 };
    },
  };
  const models = { small: fakeModel({ model: "small", ...onPrem }), large: fakeModel({ ...onPrem }) };
  const router = createRouter({ models, policy: always("small"), classifier, ...options });
  const result = await router
    .route({ messages: [{ role: "user", content: "Hello" }], ...request } as RouteRequest<"small" | "large">)
    .catch((error: unknown) => error);
  return { result, outcome };
}

describe("a call of something that is not a chat model", () => {
  it("is an attempt of its own, priced by the tokens that the endpoint counted", async () => {
    const { result, outcome } = await run((hop) =>
      hop.call(target, "Hello", async () => ({ value: [1, 2], inputTokens: 3, servedModel: "e5-v2" })),
    );
    expect(outcome).toEqual([1, 2]);
    expect(result).toMatchObject({
      costUsd: 3,
      attempts: [
        { model: "local:e5", hop: "classify", costUsd: 3, servedModel: "e5-v2", usage: { inputTokens: 3 } },
        { model: "small" },
      ],
    });
  });

  it.each([undefined, Number.NaN, -1, 1e308])(
    "is priced by estimate if it counts %s tokens",
    async (told) => {
      const { result } = await run((hop) =>
        hop.call(target, "Hello", async () => ({ value: 0, inputTokens: told })),
      );
      expect(result).toMatchObject({ attempts: [{ costUsd: 6, costEstimated: true }, {}] });
    },
  );

  it("does not begin if a constraint forbids the target: a label that is not known is forbidden", async () => {
    let begun = 0;
    const work = async () => {
      begun += 1;
      return { value: 0 };
    };
    const constraints = [boundary({ label: "boundary", required: "on-prem" })];
    const { result, outcome } = await run((hop) => hop.call({ ...target, labels: {} }, "Hello", work), {
      constraints,
    });
    expect(begun).toBe(0);
    expect(isRouterError(outcome, "no-eligible-model")).toBe(true);
    expect(result).toMatchObject({ text: "ok", attempts: [{ model: "small" }] });
    await run((hop) => hop.call(target, "Hello", work), { constraints });
    expect(begun).toBe(1);
  });

  it("does not begin if it would cost more than the request may", async () => {
    const work = () => Promise.reject(new Error("must not begin"));
    const dear = await run((hop) => hop.call(target, "Hello", work), {}, { maxCostUsd: 0.001 });
    expect(dear.result).toMatchObject({ text: "ok", attempts: [{ model: "small" }] });
    const limited = await run((hop) => hop.call(target, "Hello", work), {
      constraints: [maxCost({ usd: 0.001 })],
    });
    expect(isRouterError(limited.outcome, "no-eligible-model")).toBe(true);
  });

  it("has its time if the deadline is further away than a timer can be set", async () => {
    const { outcome } = await run(
      (hop) =>
        hop.call(target, "Hello", async (signal) => {
          await new Promise((resolve) => setTimeout(resolve, 5));
          signal.throwIfAborted();
          return { value: hop.signal.aborted };
        }),
      {},
      { deadlineMs: Number.MAX_SAFE_INTEGER },
    );
    expect(outcome).toBe(false);
  });

  it("ends at the deadline, and its signal fires", async () => {
    let told: unknown;
    const { result } = await run(
      (hop) =>
        hop.call(target, "Hello", (signal) => {
          signal.addEventListener("abort", () => {
            told = signal.reason;
          });
          return new Promise(() => {});
        }),
      {},
      { deadlineMs: 200 },
    );
    expect(isRouterError(result, "deadline-exceeded")).toBe(true);
    expect(isRouterError(told, "deadline-exceeded")).toBe(true);
  });

  it("whose timer notices the deadline a little before the clock ends the request at it, too", async () => {
    let reads = 0;
    // Timers begin with less and less time left, so the call's fires first; by this clock the deadline never passes.
    const monotonicClock = () => Math.min(300, 15 * reads++);
    const never = () => new Promise<never>(() => {});
    const { result, outcome } = await run(
      (hop) => hop.call(target, "Hello", never),
      { monotonicClock },
      { deadlineMs: 400 },
    );
    expect(isRouterError(outcome, "deadline-exceeded")).toBe(true);
    expect(isRouterError(result, "deadline-exceeded")).toBe(true);
  });

  it("that fails is recorded, without the text of a foreign error", async () => {
    const typed = await run((hop) =>
      hop.call(target, "Hello", () =>
        Promise.reject(new ProviderError({ kind: "rate-limit", model: "local:e5", status: 429 })),
      ),
    );
    expect(typed.result).toMatchObject({ attempts: [{ costUsd: 0, error: { kind: "rate-limit" } }, {}] });
    const foreign = await run((hop) =>
      hop.call(target, "Hello", () => {
        throw new TypeError("secret");
      }),
    );
    expect(foreign.result).toMatchObject({ attempts: [{ error: { kind: "unknown" } }, {}] });
    expect(JSON.stringify(foreign.result)).not.toContain("secret");
  });
});

it("a call of a chat model that the catalogue knows has a price, although it is not one of the router's models", async () => {
  const { price: _, ...judge } = fakeModel({ provider: "openai", model: "gpt-4o-mini" });
  const { result } = await run((hop) =>
    hop.generate(judge, { messages: [{ role: "user", content: "Rate it." }] }),
  );
  expect(result).toMatchObject({
    attempts: [{ name: "openai:gpt-4o-mini", costUsd: expect.any(Number) }, {}],
  });
});
