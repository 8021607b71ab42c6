import { describe, expect, it } from "vitest";
import { replayPolicy, routerCases } from "../../../evals/index.ts";
import { always, threshold } from "../../../policies/index.ts";
import type { Constraint } from "../../../src/contracts/index.ts";
import { createRouter } from "../../../src/router/create/create-router.ts";
import { fakeModel } from "../../../src/testing/index.ts";
import { recordOf, stated } from "../../support/evals/records.ts";

const records = [
  recordOf("0.9 hard", { "vllm:qwen": { quality: 0, costUsd: 1 }, "openai:gpt": { quality: 1, costUsd: 5 } }),
  recordOf("0.1 easy", { "vllm:qwen": { quality: 1, costUsd: 1 }, "openai:gpt": { quality: 1, costUsd: 5 } }),
  recordOf("no number", {
    "vllm:qwen": { quality: 0, costUsd: 1 },
    "openai:gpt": { quality: 1, costUsd: 5 },
  }),
  recordOf(
    "0.9 clinic",
    { "vllm:qwen": { quality: 0, costUsd: 1 }, "openai:gpt": { quality: 1, costUsd: 5 } },
    { tenant: "clinic" },
  ),
  recordOf(
    "0.9 nobody",
    { "vllm:qwen": { quality: 0, costUsd: 1 }, "openai:gpt": { quality: 1, costUsd: 5 } },
    { tenant: "nobody" },
  ),
];

const onPrem: Constraint = {
  name: "onPrem",
  permits: ({ facts }, { request: { tenant } }) =>
    tenant === undefined || (tenant === "clinic" && facts.provider === "vllm") || "not for this tenant",
};

function routerOf() {
  const small = fakeModel({ name: "vllm:qwen", provider: "vllm", model: "qwen" });
  const large = fakeModel({ name: "openai:gpt", provider: "openai", model: "gpt" });
  const policy = threshold({ small: "small", large: "large", at: 0.5 });
  const router = createRouter({
    models: { small, large },
    policy,
    classifier: stated,
    constraints: [onPrem],
  });
  return { router, small, large };
}

describe("routerCases", () => {
  it("replays classifier, constraints and policy of a router without calling its models", async () => {
    const { router, small, large } = routerOf();
    const cases = await routerCases(records, router);
    expect(cases).toMatchObject({ models: ["small", "large"], skipped: 1, unclassified: 1 });
    const result = replayPolicy(cases, router.policy);
    expect([...result.byRecord.callRates.large]).toEqual([1, 0, 1, 0]);
    expect([...result.byRecord.quality]).toEqual([1, 1, 1, 0]);
    expect(result.costUsd).toBe(3);
    expect([small.requests.length, large.requests.length]).toEqual([0, 0]);
  });

  it("agrees with what the router decides", async () => {
    const { router } = routerOf();
    const { byRecord } = replayPolicy(await routerCases(records, router), router.policy);
    for (const [index, record] of records.slice(0, 4).entries()) {
      const { model } = await router.decide({
        messages: [{ role: "user", content: record.prompt ?? "" }],
        tenant: record.tenant,
      });
      expect(byRecord.callRates[model][index]).toBe(1);
    }
  });

  it("refuses a router whose models are not in the records", async () => {
    const router = createRouter({ models: { one: fakeModel() }, policy: always("one") });
    await expect(routerCases(records, router)).rejects.toThrow(/openai:gpt, vllm:qwen, got "fake:model"/);
  });
});
