import { describe, expect, it } from "vitest";
import { always, cascade } from "../../../policies/index.ts";
import type { Attempt, RouterEvent } from "../../../src/contracts/index.ts";
import { createRouter, ProviderError, spendMeter } from "../../../src/index.ts";
import { fakeModel } from "../../../src/testing/index.ts";

const price = { usdPerMillionInputTokens: 1, usdPerMillionOutputTokens: 2 };
const usage = { inputTokens: 100, outputTokens: 50 };

function ended(fields: Partial<Attempt> = {}, tenant?: string): RouterEvent {
  const attempt: Attempt = {
    id: "d/1",
    model: "small",
    name: "fake:small",
    hop: "answer",
    startedAt: "2026-11-26T10:00:00.000Z",
    latencyMs: 1,
    usage,
    costUsd: 0.1,
    ...fields,
  };
  return { type: "attempt-ended", decisionId: "d", tenant, attempt };
}

describe("the spend meter", () => {
  it("adds up retries, checks and failures of a router, and counts each once though it listens twice", async () => {
    const meter = spendMeter();
    let failures = 1;
    const small = {
      ...fakeModel({
        model: "small",
        usage,
        answer: () => {
          failures -= 1;
          if (failures >= 0) throw new ProviderError({ kind: "server", model: "fake:small" });
          return "no";
        },
      }),
      price,
    };
    const large = { ...fakeModel({ model: "large", usage }), price };
    const judge = { ...fakeModel({ model: "judge", usage }), price };
    const router = createRouter({
      models: { small, large },
      policy: cascade({
        first: "small",
        then: "large",
        unless: {
          name: "asking",
          accepts: async (_, __, hop) => {
            await hop.generate(judge, { messages: [{ role: "user", content: "?" }] });
            return false;
          },
        },
      }),
      execution: { backoffBaseMs: 0 },
      onEvent: meter,
    });
    router.observe(meter);
    const { costUsd, attempts } = await router.route({
      tenant: "acme",
      messages: [{ role: "user", content: "Hello" }],
    });
    expect(attempts.map(({ hop }) => hop)).toEqual(["answer", "retry", "check", "cascade"]);
    const { total, byModel, byHop, byTenant } = meter.report();
    expect(total).toMatchObject({ attempts: 4, failed: 1, unknown: 0, costUsd: 0.0006 });
    expect(total.costUsd).toBeCloseTo(costUsd as number, 12);
    expect(byHop.rows.map(({ name, costUsd: usd }) => [name, usd])).toEqual([
      ["cascade", 0.0002],
      ["check", 0.0002],
      ["retry", 0.0002],
      ["answer", 0],
    ]);
    expect(byModel.rows.map(({ name }) => name)).toEqual(["fake:judge", "fake:large", "fake:small"]);
    expect(byTenant.rows).toMatchObject([{ name: "acme", attempts: 4 }]);
  });

  it("counts costs that are not known, and takes none of them for 0", async () => {
    const meter = spendMeter();
    const router = createRouter({
      models: { own: fakeModel({ model: "own", usage }) },
      policy: always("own"),
      onEvent: meter,
    });
    await router.route("Hello");
    expect(meter.report().total).toMatchObject({ attempts: 1, unknown: 1, costUsd: 0 });
    expect(meter.report().byTenant.none).toMatchObject({ attempts: 1, unknown: 1 });
  });

  it("adds nano-dollars exactly, also beyond the exact range of numbers", () => {
    const meter = spendMeter();
    for (let at = 0; at < 10; at += 1) meter(ended({ id: `d/${at}`, costUsd: 0.1 }));
    expect(meter.report().total.costUsd).toBe(1);
    for (let at = 10; at < 13; at += 1) meter(ended({ id: `d/${at}`, costUsd: 9_007_199 }));
    expect(meter.report().total.costUsd).toBe(27_021_598);
  });

  it("keeps no more rows than allowed, and the latest days", () => {
    const meter = spendMeter({ maxRows: 2 });
    ["2026-01-01", "2026-01-03", "2026-01-02", "2025-12-31"].forEach((day, at) => {
      const name = ["__proto__", "constructor", "c", "d"][at] as string;
      meter(ended({ id: `d/${at}`, name, startedAt: `${day}T00:00:00.000Z` }, name));
    });
    const { byDay, byTenant, byModel, total } = meter.report();
    expect(byDay.rows.map(({ name }) => name)).toEqual(["2026-01-02", "2026-01-03"]);
    expect(byDay.others).toMatchObject({ attempts: 2, costUsd: 0.2 });
    expect(byTenant.rows.map(({ name }) => name)).toEqual(["__proto__", "constructor"]);
    for (const { rows, others } of [byTenant, byModel]) {
      expect(rows).toHaveLength(2);
      expect(others?.attempts).toBe(2);
    }
    expect(total.attempts).toBe(4);
  });

  it("counts both of two attempts that share an id by mistake", () => {
    const meter = spendMeter();
    meter(ended());
    meter(ended());
    meter(ended({ startedAt: "2026-11-26T10:00:00.001Z" }));
    expect(meter.report().total.attempts).toBe(2);
  });

  it("counts amounts that cannot be as not known", () => {
    const meter = spendMeter();
    [Number.NaN, -1, Number.POSITIVE_INFINITY].forEach((costUsd, at) => {
      meter(ended({ id: `d/${at}`, costUsd }));
    });
    expect(meter.report().total).toMatchObject({ attempts: 3, unknown: 3, costUsd: 0 });
  });
});
