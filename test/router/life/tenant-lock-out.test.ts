import { describe, expect, it } from "vitest";
import { maxCost } from "../../../policies/constraints/index.ts";
import { always } from "../../../policies/index.ts";
import { type Constraint, createRouter, type RouterState } from "../../../src/index.ts";
import { fakeModel } from "../../../src/testing/index.ts";

const price = { usdPerMillionInputTokens: 2.5, usdPerMillionOutputTokens: 10 };
/** A constraint of a team's own, on the estimate. */
const cheap: Constraint = {
  name: "cheap",
  permits: ({ estimatedCostUsd = Number.POSITIVE_INFINITY }) => estimatedCostUsd <= 0.0035 || "too expensive",
};
const ask = (tenant: string | undefined, category?: string) => ({
  messages: [{ role: "user" as const, content: "Tell me about it" }],
  tenant,
  category,
});

function make(constraints: readonly Constraint[]) {
  let now = Date.UTC(2026, 10, 26);
  let outputTokens = 4_000;
  const one = fakeModel({ price, usage: undefined });
  const model = {
    ...one,
    async generate(...args: Parameters<typeof one.generate>) {
      const answer = await one.generate(...args);
      return {
        ...answer,
        usage: { prompt_tokens: 8, completion_tokens: outputTokens, total_tokens: 8 + outputTokens },
      };
    },
  };
  const models = { one: model };
  const router = createRouter({ models, policy: always("one"), constraints, clock: () => now });
  return {
    router,
    pass: (ms: number) => {
      now += ms;
    },
    answer: (tokens: number) => {
      outputTokens = tokens;
    },
  };
}

const pin = { constraints: [] };

describe.each([
  ["maxCost", [maxCost({ usd: 0.0035 })]],
  ["a constraint on the estimate", [cheap]],
])("24 long answers of one tenant, under %s,", (_, constraints) => {
  it("do not lock the model out for another tenant, nor for a request without one", async () => {
    const { router } = make(constraints);
    for (let at = 0; at < 24; at += 1) await router.route({ ...ask("greedy"), ...pin }).catch(() => {});
    await expect(router.decide(ask("modest"))).resolves.toMatchObject({ model: "one" });
    await expect(router.decide(ask(undefined))).resolves.toMatchObject({ model: "one" });
  });

  it("do not lock out another category of the same tenant", async () => {
    const { router } = make(constraints);
    for (let at = 0; at < 24; at += 1) await router.route(ask("greedy", "essays")).catch(() => {});
    await expect(router.decide(ask("greedy", "facts"))).resolves.toMatchObject({ model: "one" });
  });

  it("do not lock out the tenant itself without end: a trial is let through, and a short answer ends it", async () => {
    const { router, pass, answer } = make(constraints);
    for (let at = 0; at < 24; at += 1) await router.route(ask("greedy")).catch(() => {});
    pass(60 * 60_000);
    answer(100);
    await router.route(ask("greedy"));
    for (let at = 0; at < 30; at += 1) {
      pass(60 * 60_000);
      await router.route(ask("greedy"));
    }
    await expect(router.decide(ask("greedy"))).resolves.toMatchObject({ model: "one" });
  });

  it("are not forgotten by a restart, nor is the age of what was learnt", async () => {
    const { router, pass } = make(constraints);
    for (let at = 0; at < 24; at += 1) await router.route(ask("greedy", "essays")).catch(() => {});
    const state = JSON.parse(JSON.stringify(router.exportState())) as RouterState;
    const second = make(constraints);
    second.router.restoreState(state);
    const estimateOf = async (one: typeof router, tenant: string) =>
      (await one.decide({ ...ask(tenant, "essays") }).catch(() => undefined))?.candidates[0]
        ?.estimatedCostUsd;
    expect(await estimateOf(second.router, "greedy")).toBe(await estimateOf(router, "greedy"));
    pass(0);
    second.pass(60 * 60_000);
    await expect(second.router.decide(ask("greedy", "essays"))).resolves.toMatchObject({ model: "one" });
  });
});
