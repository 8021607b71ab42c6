import { describe, expect, it } from "vitest";
import { threshold } from "../../../policies/index.ts";
import { createRouter, isRouterError, type Model, type RouterOptions } from "../../../src/index.ts";
import { fakeModel } from "../../../src/testing/index.ts";

/**
 * Words and symbols that a search by the score alone found: before a prompt they make `complexity()` call it hard.
 * No classifier is safe from such a search, so that spend must not rest on its score.
 */
const gadget = "``` != compute 2) same 2) right ``` ** !=";

const topics = [
  "a birthday card",
  "the weather in May",
  "boiling an egg",
  "a name for a cat",
  "a tidy desk",
  "watering plants",
  "the train to Leeds",
  "a packed lunch",
  "cleaning windows",
  "a lost umbrella",
];
const asks = ["Write a line about", "Give me a tip for", "What rhymes with", "Say something on"];
/** Sixty ordinary prompts. */
const prompts = Array.from(
  { length: 60 },
  (_, at) => `${asks[at % asks.length]} ${topics[at % topics.length]} (${at})`,
);

/** A model that answers with this many tokens, or with as many as it may. */
function obedient(model: string, price: NonNullable<Model["price"]>, wanted: number): Model {
  const fake = fakeModel({ model, price });
  return {
    ...fake,
    async generate(request, call) {
      const answer = await fake.generate(request, call);
      const limit = request.max_completion_tokens ?? Number.POSITIVE_INFINITY;
      const tokens = Math.min(wanted, limit);
      const choices = answer.choices.map((choice) => ({
        ...choice,
        finish_reason: tokens === limit ? ("length" as const) : ("stop" as const),
      }));
      const usage = { prompt_tokens: 40, completion_tokens: tokens, total_tokens: 40 + tokens };
      return { ...answer, choices, usage };
    },
  };
}

/** A small and a large model whose prices differ by a factor of 60, with answers of 400 tokens by default. */
function make(options: Partial<RouterOptions<"small" | "large">> = {}, wanted = 400) {
  const price = (input: number, output: number) => ({
    usdPerMillionInputTokens: input,
    usdPerMillionOutputTokens: output,
  });
  let now = Date.UTC(2026, 10, 26);
  const router = createRouter({
    models: {
      small: obedient("small", price(0.075, 0.3), wanted),
      large: obedient("large", price(4.5, 18), wanted),
    },
    policy: threshold({ small: "small", large: "large", at: 0.7 }),
    clock: () => now,
    ...options,
  });
  /** Sends prompts, one a second, and returns what they cost and how many were refused. */
  const send = async (tenant: string, texts: readonly string[]) => {
    let costUsd = 0;
    let large = 0;
    let refused = 0;
    for (const content of texts) {
      now += 1_000;
      try {
        const answer = await router.route({ tenant, messages: [{ role: "user", content }] });
        costUsd += answer.costUsd ?? Number.NaN;
        if (answer.attempts.at(-1)?.model === "large") large += 1;
      } catch (error) {
        if (!isRouterError(error, "budget-exceeded") && !isRouterError(error, "limit-exceeded")) throw error;
        refused += 1;
      }
    }
    return { costUsd, large, refused };
  };
  return { router, send };
}

const withGadget = prompts.map((prompt) => `${gadget} ${prompt}`);

describe("sixty ordinary prompts with a gadget before them", () => {
  it("cost many times as much without a bound: this is what the bounds are for", async () => {
    const { send } = make();
    const plain = await send("a", prompts);
    const attacked = await send("b", withGadget);
    expect(plain.large).toBeLessThan(10);
    expect(attacked.large).toBeGreaterThan(50);
    expect(attacked.costUsd).toBeGreaterThan(8 * plain.costUsd);
  });

  it.each([400, 8_000])(
    "stay within the tenant's budget if answers have %d tokens, and leave other tenants alone",
    async (wanted) => {
      const budget = { limitUsd: 0.05, period: "day", per: "tenant" } as const;
      const { router, send } = make({ budgets: [budget] }, wanted);
      const undisturbed = await make({ budgets: [budget] }, wanted).send("b", prompts);
      const attacked = await send("a", withGadget);
      const used = router.exportState().spend?.accounts.find(({ tenant }) => tenant === "a")?.usedUsd;
      expect(used).toBeLessThanOrEqual(0.05);
      expect(used).toBeGreaterThan(0.03);
      expect(attacked.costUsd).toBeCloseTo(used ?? Number.NaN, 12);
      const others = await send("b", prompts);
      expect(others).toEqual({ ...undisturbed, costUsd: expect.closeTo(undisturbed.costUsd, 9) });
    },
  );

  it("stay within maxCostUsd each, however hard they look", async () => {
    const { router } = make();
    for (const content of withGadget) {
      const { costUsd } = await router.route({
        maxCostUsd: 0.001,
        messages: [{ role: "user", content }],
      });
      expect(costUsd).toBeLessThanOrEqual(0.001);
    }
  });

  it("are slowed down by a limit of requests for each tenant, and others are not", async () => {
    const limits = { tenant: { requestsPerMinute: 10 } } as const;
    const { send } = make({ execution: { limits, retries: 0, retryAfterCapMs: 0 } });
    const attacked = await send("a", withGadget);
    expect(attacked.refused).toBeGreaterThan(30);
    expect((await send("b", prompts.slice(0, 8))).refused).toBe(0);
  });
});
