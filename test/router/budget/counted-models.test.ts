import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { always, cascade, judge, threshold } from "../../../policies/index.ts";
import type { Classifier } from "../../../src/contracts/index.ts";
import { fleet, memoryStore } from "../../../src/fleet/index.ts";
import {
  type BudgetOptions,
  createRouter,
  efforts,
  isRouterError,
  type Model,
  ProviderError,
  type RouterOptions,
} from "../../../src/index.ts";
import { createAudit } from "../../../src/loop/index.ts";
import { pool } from "../../../src/router/pools/index.ts";
import { fakeModel } from "../../../src/testing/index.ts";
import { numRuns } from "../../support/runs.ts";

type Id = "small" | "large";
const price = (usd: number) => ({ usdPerMillionInputTokens: 0, usdPerMillionOutputTokens: usd });
const usage = { inputTokens: 10, outputTokens: 100 };
const question = { messages: [{ role: "user" as const, content: "Hello" }], max_completion_tokens: 100 };

/** Each answer has 100 tokens: 0.001 USD on the small model and 0.01 on the large one. */
function make(
  options: Partial<RouterOptions<Id>> & { readonly small?: object; readonly large?: object } = {},
) {
  const { small, large, ...rest } = options;
  const models = {
    small: fakeModel({ model: "small", price: price(10), usage, ...small }),
    large: fakeModel({ model: "large", price: price(100), usage, ...large }),
  };
  const hard: Classifier = { name: "given", version: "1", classify: () => ({ complexity: 0.9 }) };
  const router = createRouter<{ readonly [Key in Id]: Model }>({
    models,
    policy: threshold({ small: "small", large: "large", at: 0.5 }),
    classifier: hard,
    ...rest,
  });
  return { router, ...models, ask: (more: object = {}) => router.route({ ...question, ...more }) };
}

const ofLarge = { name: "costly", limitUsd: 0.015, period: "day", of: { models: ["large"] } } as const;

describe("a budget of some models", () => {
  it("counts their calls alone; when it has no room others answer, and the decision says why", async () => {
    const { router, ask } = make({ budgets: [ofLarge, { name: "all", limitUsd: 1, period: "day" }] });
    expect((await ask()).decision.model).toBe("large");
    const { decision } = await ask();
    expect(decision.model).toBe("small");
    expect(decision.candidates.find(({ model }) => model === "large")?.permitted).toBe(
      "budget: costs up to 0.0100 USD, 0.00500 USD are left of the budget costly of 0.015 USD per day for large",
    );
    expect(decision.spend).toEqual({ usedUsd: 0.01, limitUsd: 1 });
    const used = await router.readBudgets();
    expect(used.map(({ name, used: amount, open }) => [name, amount, open])).toEqual([
      ["costly", 0.01, 0],
      ["all", 0.011, 0],
    ]);
  });

  it("refuses a request only if no other model is left", async () => {
    const { ask } = make({ budgets: [ofLarge] });
    await ask();
    const error = await ask({ model: "large" }).catch((caught: unknown) => caught);
    if (!isRouterError(error, "budget-exceeded")) throw error;
    expect(error).toMatchObject({ budget: "costly", limitUsd: 0.015 });
  });

  it.each(["retry", "fallback", "cascade", "check", "audit", "classify"] as const)(
    "is asked before a call of %s",
    async (hop) => {
      const failing = { error: new ProviderError({ kind: "server", model: "fake:small" }) };
      const budget = { ...ofLarge, limitUsd: 0.009 };
      let permitted: unknown;
      const judging = fakeModel({ model: "large", price: price(100), usage });
      const { router, large, ask } = make({
        budgets: [budget],
        ...(hop === "fallback" && { small: failing }),
        ...(hop === "cascade" && {
          policy: cascade({ first: "small", then: "large", unless: { name: "no", accepts: () => false } }),
        }),
        ...(hop === "check" && {
          policy: cascade({
            first: "small",
            then: "large",
            unless: judge({ model: judging }),
          }),
        }),
        ...(hop === "classify" && {
          budgets: [{ ...budget, limitUsd: 0.015 }],
          classifier: {
            name: "asks",
            version: "1",
            async classify(_: unknown, { generate, permits }: Parameters<Classifier["classify"]>[1]) {
              await generate(router.models.large, question);
              permitted = permits(router.models.large);
              await generate(router.models.large, question).catch(() => {});
              return { complexity: 0.9 };
            },
          } satisfies Classifier,
        }),
        ...(hop === "retry" && {
          budgets: [{ ...budget, limitUsd: 0.015 }],
          large: { error: new ProviderError({ kind: "timeout", model: "fake:large" }) },
          execution: { retries: 2, backoffBaseMs: 0 },
        }),
      });
      if (hop === "audit") {
        const audit = createAudit({
          router,
          rate: 1,
          reference: "large",
          scorer: { name: "half", score: () => ({ quality: 0.5, referenceQuality: 1 }) },
          budget: { usdPerDay: 10 },
          file: join(mkdtempSync(join(tmpdir(), "counted-")), "audit.jsonl"),
        });
        await ask();
        await audit.close();
      } else await ask().catch(() => {});
      // One call is all that the budget has room for, of the two that retry and classify.
      expect(large.requests).toHaveLength(hop === "retry" || hop === "classify" ? 1 : 0);
      expect(judging.requests).toEqual([]);
      if (hop === "classify") expect(permitted).toMatch(/^budget: .* of the budget costly/);
      await router.close();
    },
  );

  it("counts a model under every id, its efforts, and no other; providers by what the adapter says", async () => {
    const gpt = (provider: string, model: string): Model =>
      fakeModel({ provider, model, price: price(10), usage, capabilities: { reasoning: true } });
    const router = createRouter({
      models: {
        one: gpt("openai", "a"),
        same: { ...gpt("openai", "a"), name: "openai:a again" },
        other: gpt("openai", "b"),
        else: gpt("azure", "a"),
        ...efforts("deep", gpt("openai", "o"), ["low", "high"]),
        own: pool("own", [gpt("vllm", "q")]),
      },
      policy: { name: "p", select: () => undefined },
      budgets: [
        { name: "a", limitTokens: 10_000, period: "day", of: { models: ["one"] } },
        { name: "low", limitTokens: 10_000, period: "day", of: { models: ["deep@low", "own"] } },
        { name: "deep", limitTokens: 10_000, period: "day", of: { models: ["deep"] } },
        { name: "openai", limitTokens: 10_000, period: "day", of: { providers: ["openai"] } },
      ],
    });
    const used = async (model: keyof typeof router.models) => {
      const before = await router.readBudgets();
      await router.route({ ...question, model });
      const after = await router.readBudgets();
      return after.filter((one, at) => one.used !== before[at]?.used).map(({ name }) => name);
    };
    expect(await used("one")).toEqual(["a", "openai"]);
    expect(await used("same")).toEqual(["a", "openai"]);
    expect(await used("other")).toEqual(["openai"]);
    expect(await used("else")).toEqual([]);
    expect(await used("deep@low")).toEqual(["low", "deep", "openai"]);
    expect(await used("deep@high")).toEqual(["deep", "openai"]);
    expect(await used("own")).toEqual(["low"]);
  });

  it("leaves out the members of a pool that it counts, and calls the others", async () => {
    const at = (provider: string) => fakeModel({ provider, model: "q", price: price(100), usage });
    const [paid, own] = [at("openai"), at("vllm")];
    const router = createRouter({
      models: { q: pool("q", [paid, own]) },
      policy: always("q"),
      budgets: [{ limitUsd: 0.015, period: "day", of: { providers: ["openai"] } }],
    });
    for (let count = 0; count < 12; count += 1) await router.route(question);
    expect(paid.requests.length).toBeLessThanOrEqual(1);
    expect(paid.requests.length + own.requests.length).toBe(12);
  });

  it.each([
    [{ models: ["lagre"] }, "models[0]", /one of small, large \(did you mean large\?\), got "lagre"/],
    [{ models: [] }, "models", /at least one of small, large/],
    [{ models: "large" }, "models", /a list/],
    [{ models: [3] }, "models[0]", /one of/],
    [{ providers: ["fkae"] }, "providers[0]", /did you mean fake\?/],
    [{ providers: [Object.create(null)] }, "providers[0]", /one of fake/],
    [{ models: ["large"], providers: ["fake"] }, "", /\{ models: \[id\] \} or/],
    [{}, "", /\{ models: \[id\] \} or/],
    [{ model: ["large"] }, "model", /Did you mean models/],
  ])("that cannot be meant is refused: %j", (of, option, message) => {
    const budgets = [{ limitUsd: 1, period: "day", of } as unknown as BudgetOptions<Id>];
    expect(() => make({ budgets })).toThrow(message);
    expect(() => make({ budgets })).toThrow(
      expect.objectContaining({ option: `budgets[0].of${option === "" ? "" : `.${option}`}` }),
    );
  });

  it("names ids of the router, or the base of efforts: others do not compile", () => {
    const models = { small: fakeModel({ model: "small" }), ...efforts("deep", fakeModel(), ["low", "high"]) };
    const policy = always("small");
    const budget = { limitTokens: 5, period: "day" } as const;
    createRouter({ models, policy, budgets: [{ ...budget, of: { models: ["deep", "deep@low"] } }] });
    expect(() =>
      // @ts-expect-error There is no such model.
      createRouter({ models, policy, budgets: [{ ...budget, of: { models: ["smal"] } }] }),
    ).toThrow(/did you mean small/);
  });

  it("needs prices of its models alone", async () => {
    const large = { price: undefined };
    expect(() =>
      make({ large, budgets: [{ limitUsd: 1, period: "day", of: { models: ["large"] } }] }),
    ).toThrow(/unpriced/);
    const { ask } = make({ large, budgets: [{ limitUsd: 1, period: "day", of: { models: ["small"] } }] });
    expect((await ask()).decision.model).toBe("large");
  });

  it("has soft limits, which count its models and narrow all", async () => {
    const { ask } = make({ budgets: [{ ...ofLarge, limitUsd: 1, degrade: { from: 0.01, to: "small" } }] });
    await ask();
    const { decision } = await ask();
    expect(decision).toMatchObject({ model: "small", degraded: { budget: "costly" } });
    // What the small model costs does not count, so that the next period alone lifts it.
    expect((await ask()).decision.budgets).toMatchObject([{ name: "costly", used: 0.01 }]);
  });

  it("is another budget for exported state if its models are others", () => {
    const { spend, ...rest } = make({ budgets: [ofLarge] }).router.exportState();
    const other = make({ budgets: [{ ...ofLarge, of: { models: ["small"] } }] });
    expect(() => other.router.restoreState({ ...rest, spend })).toThrow(/another name/);
  });

  const step = fc.record({
    model: fc.constantFrom<Id | undefined>("small", "large", undefined),
    fails: fc.boolean(),
    tenant: fc.constantFrom("a", "b"),
    together: fc.boolean(),
  });
  it.each(["local", "strict", "leased"] as const)(
    "never passes its limit, and counts what its models have cost, next to others (%s)",
    async (mode) => {
      await fc.assert(
        fc.asyncProperty(fc.array(step, { maxLength: 25 }), async (steps) => {
          const cost = { small: 0, large: 0 };
          let fails = false;
          const answer = (id: Id, usd: number) => ({
            answer: () => {
              if (fails) throw new ProviderError({ kind: "timeout", model: `fake:${id}` });
              cost[id] += usd;
              return "ok";
            },
          });
          let lostUsd = 0;
          const { router, ask } = make({
            small: answer("small", 1),
            large: answer("large", 10),
            execution: { retries: 1, backoffBaseMs: 0, breaker: { minCalls: 1_000_000 } },
            budgets: [
              { name: "large", limitUsd: 0.055, period: "total", of: { models: ["large"] } },
              { name: "both", limitUsd: 0.08, period: "total", of: { providers: ["fake"] } },
              { name: "all", limitUsd: 0.07, period: "total" },
              {
                name: "tokens",
                limitTokens: 1_000,
                period: "total",
                per: "tenant",
                of: { models: ["small"] },
              },
            ],
            ...(mode !== "local" && { shared: fleet({ store: memoryStore(), mode, timeoutMs: 60_000 }) }),
            onEvent(event) {
              if (event.type !== "attempt-ended" || event.attempt.error === undefined) return;
              if (event.attempt.model === "large") lostUsd += event.attempt.costUsd ?? 0;
            },
          });
          let waiting: Promise<unknown>[] = [];
          for (const { model, fails: failing, tenant, together } of steps) {
            fails = failing;
            waiting.push(ask({ model, tenant }).catch(() => {}));
            if (together) continue;
            await Promise.all(waiting);
            waiting = [];
          }
          await Promise.all(waiting);
          await router.close();
          const [ofLarge, both, all] = await router.readBudgets();
          expect(ofLarge?.open).toBe(0);
          expect(ofLarge?.used).toBeCloseTo(cost.large / 1_000 + lostUsd, 9);
          expect(ofLarge?.used).toBeLessThanOrEqual(0.055);
          expect(all?.used).toBeCloseTo(both?.used ?? Number.NaN, 9);
          expect(all?.used).toBeLessThanOrEqual(0.07);
        }),
        numRuns(mode === "local" ? 100 : 40),
      );
    },
    60_000,
  );
});
