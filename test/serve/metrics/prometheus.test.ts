import parse from "parse-prometheus-text-format";
import { describe, expect, it } from "vitest";
import { always, threshold } from "../../../policies/index.ts";
import { createRouter, ProviderError } from "../../../src/index.ts";
import { prometheus } from "../../../src/serve/metrics/prometheus/index.ts";
import { fakeModel } from "../../../src/testing/index.ts";

const price = { usdPerMillionInputTokens: 1, usdPerMillionOutputTokens: 2 };
const dear = { usdPerMillionInputTokens: 10, usdPerMillionOutputTokens: 20 };
const usage = { inputTokens: 100, outputTokens: 50 };

function routerOf(fails = () => false) {
  const small = {
    ...fakeModel({
      model: "small",
      usage,
      answer: () => {
        if (fails()) throw new ProviderError({ kind: "server", model: "fake:small" });
        return "yes";
      },
    }),
    price,
  };
  const large = { ...fakeModel({ model: "large", usage }), price: dear };
  return createRouter({
    models: { small, large },
    policy: threshold({ small: "small", large: "large", at: 0.7 }),
    execution: { backoffBaseMs: 0 },
  });
}

/** Value of a series in a text, as a reader that is not ours finds it. */
function seriesOf(text: string, name: string, labels: Record<string, string> = {}): number | undefined {
  const family = parse(text).find((one) => one.name === `switchpoint_${name}`);
  const metric = family?.metrics.find((one) =>
    Object.entries(labels).every(([key, value]) => one.labels?.[key] === value),
  );
  const value = metric?.value ?? metric?.count;
  return value === undefined ? undefined : Number(value);
}

describe("prometheus", () => {
  it("counts requests, calls, tokens, cost and what was saved", async () => {
    let failures = 1;
    const router = routerOf(() => failures-- > 0);
    const metrics = prometheus(router, { reference: "large" });
    await router.route("Say yes.");
    await router.route({ messages: [{ role: "user", content: "Say yes." }], model: "large" });
    const text = await metrics.text();
    expect(seriesOf(text, "requests_total", { outcome: "completed", model: "small" })).toBe(1);
    expect(seriesOf(text, "decisions_total", { model: "large", cause: "pin" })).toBe(1);
    expect(seriesOf(text, "large_decisions_total")).toBe(1);
    expect(seriesOf(text, "attempts_total", { model: "small", hop: "answer", outcome: "error" })).toBe(1);
    expect(seriesOf(text, "attempts_total", { model: "small", hop: "retry", outcome: "ok" })).toBe(1);
    expect(seriesOf(text, "attempt_errors_total", { model: "small", kind: "server" })).toBe(1);
    expect(seriesOf(text, "tokens_total", { model: "small", kind: "output" })).toBe(50);
    expect(seriesOf(text, "cost_usd_total", { model: "small" })).toBeCloseTo(0.0002, 12);
    expect(seriesOf(text, "saving_usd")).toBeCloseTo(0.0018, 12);
    expect(seriesOf(text, "complexity")).toBe(1);
    expect(seriesOf(text, "breaker_state", { name: "fake:small", state: "closed" })).toBe(1);
  });

  it("begins at 0, so that the first loss and the first escalation are a rise", async () => {
    const router = routerOf();
    const text = await prometheus(router).text();
    expect(
      [
        "log_lost_decisions",
        "escalation_alarms_total",
        "classifier_failures_total",
        "cache_saved_usd_total",
      ].map((name) => seriesOf(text, name)),
    ).toEqual([0, 0, 0, 0]);
    expect(["saving_usd", "reference_cost_usd_total"].map((name) => seriesOf(text, name))).toEqual([
      undefined,
      undefined,
    ]);
    const compared = await prometheus(router, { reference: "large" }).text();
    expect(seriesOf(compared, "compared_cost_usd_total")).toBe(0);
  });

  it("has no label and no text from requests, answers, errors, tenants or hostile servers", async () => {
    const canary = 'CANARY"}\n7c1f';
    let fails = false;
    const model = fakeModel({
      model: "small",
      usage: { inputTokens: Number.NaN, outputTokens: -5 },
      answer: () => {
        if (fails) throw new ProviderError({ kind: canary as "server", model: "m", detail: canary });
        return canary;
      },
    });
    const router = createRouter({ models: { small: model }, policy: always("small") });
    const metrics = prometheus(router, { tenants: ["acme"] });
    for (let n = 0; n < 300; n += 1) {
      fails = n % 3 === 0;
      const tenant = n === 1 ? "acme" : `${canary}-${n}`;
      await router
        .route({
          messages: [{ role: "user", content: canary }],
          tenant,
          session: `${canary}-${n}`,
          category: canary,
        })
        .catch(() => {});
    }
    const text = await metrics.text();
    expect(text).not.toContain("CANARY");
    expect(text).not.toContain("NaN");
    expect(text.split("\n").length).toBeLessThan(300);
    expect(seriesOf(text, "tenant_requests_total", { tenant: "acme" })).toBe(1);
    expect(seriesOf(text, "attempt_errors_total", { kind: "other" })).toBeGreaterThan(0);
    expect(seriesOf(text, "labels_overflowed_total", { label: "kind" })).toBeGreaterThan(0);
  });
});
