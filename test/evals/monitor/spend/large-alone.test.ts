import { expect, test } from "vitest";
import { largeAlone } from "../../../../evals/monitor/spend/large-alone.ts";
import { readSpend } from "../../../../evals/monitor/spend/read-spend.ts";
import { linesSource, type SpendLine, spendLine } from "../../../support/spend-log.ts";

/** 1 dollar a million tokens in, 2 out, a tenth for what is cached. */
const price = {
  usdPerMillionInputTokens: 1,
  usdPerMillionOutputTokens: 2,
  usdPerMillionCachedInputTokens: 0.1,
};

async function aloneOf(lines: readonly SpendLine[]) {
  const { requests } = await readSpend({ logs: [linesSource(lines.map(spendLine))], large: "large" });
  return largeAlone(requests, { large: "large", price });
}

const attempt = (model: string, inputTokens: number, outputTokens: number, cachedInputTokens = 0) => ({
  model,
  usage: { inputTokens, outputTokens, cachedInputTokens },
  costUsd: 0.0001,
});
const at = (second: number) => `2026-11-26T10:00:${String(second).padStart(2, "0")}.000Z`;

test("its own answers cost what they cost, others as many tokens at its price with its own cache", async () => {
  const { costUsd, answered } = await aloneOf([
    { id: "a", session: "s", at: at(0), attempts: [attempt("large", 2_000, 100)] },
    { id: "b", session: "s", at: at(1), attempts: [attempt("small", 2_200, 50)] },
  ]);
  expect(answered).toBe(1);
  // 2,000 in and 100 out; then 2,100 of 2,200 are cached, and 50 come out.
  expect(costUsd).toBeCloseTo((2_000 + 200 + 210 + 100 + 100) * 1e-6, 12);
});

test("a title between two turns takes nothing out of the cache", async () => {
  const { costUsd } = await aloneOf([
    { id: "a", session: "s", at: at(0), attempts: [attempt("small", 10_000, 100)] },
    { id: "title", session: "s", at: at(1), attempts: [attempt("small", 500, 10)] },
    { id: "b", session: "s", at: at(2), attempts: [attempt("small", 10_200, 100)] },
  ]);
  const turns = 10_000 + 200 + (10_100 * 0.1 + 100) + 200;
  expect(costUsd).toBeCloseTo((turns + 500 + 20) * 1e-6, 12);
});

test("a failed request would have cost nothing, and a pinned one the same", async () => {
  const { costUsd } = await aloneOf([
    { id: "a", attempts: [attempt("small", 100, 1)], error: { code: "all-models-failed", message: "x" } },
    { id: "b", forced: true, attempts: [attempt("small", 100, 1)] },
  ]);
  expect(costUsd).toBeCloseTo(0.0001, 12);
});

test("a model that is paid by the hour has no such cost", async () => {
  const { requests } = await readSpend({
    logs: [linesSource([spendLine({ id: "a", attempts: [attempt("small", 100, 1)] })])],
    large: "large",
  });
  const byHour = { ...price, gpu: { usdPerGpuHour: 2 } };
  expect(() => largeAlone(requests, { large: "large", price: byHour })).toThrow(/GPU time/);
});
