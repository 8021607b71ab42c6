import fc from "fast-check";
import { expect, test } from "vitest";
import type { Completion } from "../../src/contracts/index.ts";
import { usageOf } from "../../src/cost/usage-of.ts";
import { runs } from "../support/runs.ts";

/** What a server may send, whatever the types say. */
function returned(usage: unknown): Completion["usage"] {
  return usage as Completion["usage"];
}

test("usage is read in the shape of OpenAI: input includes cached, output includes reasoning", () => {
  const usage = returned({
    prompt_tokens: 1_000,
    completion_tokens: 300,
    total_tokens: 1_300,
    prompt_tokens_details: { cached_tokens: 800, cache_write_tokens: 100 },
    completion_tokens_details: { reasoning_tokens: 250 },
  });
  expect(usageOf(usage)).toEqual({
    inputTokens: 1_000,
    outputTokens: 300,
    cachedInputTokens: 800,
    cacheWriteTokens: 100,
    reasoningTokens: 250,
  });
});

test("details that are not told stay absent", () => {
  const usage = usageOf(returned({ prompt_tokens: 5, completion_tokens: 0, total_tokens: 5 }));
  expect(usage).toStrictEqual({ inputTokens: 5, outputTokens: 0 });
});

test("usage that tells nothing is absent, not zero", () => {
  for (const nothing of [
    undefined,
    null,
    {},
    { total_tokens: 7 },
    { prompt_tokens: null, completion_tokens: "3" },
  ])
    expect(usageOf(returned(nothing))).toBeUndefined();
});

test("reasoning that a server leaves out of completion_tokens is taken from the total", () => {
  const usage = returned({
    prompt_tokens: 100,
    completion_tokens: 20,
    total_tokens: 520,
    completion_tokens_details: { reasoning_tokens: 400 },
  });
  expect(usageOf(usage)).toMatchObject({ inputTokens: 100, outputTokens: 420, reasoningTokens: 400 });
});

test("a side that is missing is what the total leaves", () => {
  expect(usageOf(returned({ completion_tokens: 20, total_tokens: 120 }))).toEqual({
    inputTokens: 100,
    outputTokens: 20,
  });
  expect(usageOf(returned({ prompt_tokens: 100, total_tokens: 120 }))).toEqual({
    inputTokens: 100,
    outputTokens: 20,
  });
  expect(usageOf(returned({ prompt_tokens: 100 }))).toEqual({ inputTokens: 100, outputTokens: 0 });
});

test("NaN, negative and infinite counts are taken as not told", () => {
  const usage = returned({
    prompt_tokens: 10,
    completion_tokens: -4,
    total_tokens: Number.POSITIVE_INFINITY,
    prompt_tokens_details: { cached_tokens: Number.NaN },
    completion_tokens_details: { reasoning_tokens: -1 },
  });
  expect(usageOf(usage)).toStrictEqual({ inputTokens: 10, outputTokens: 0 });
});

test("for every usage the counts are finite and parts are at most the whole", () => {
  const count = fc.oneof(fc.nat(100_000), fc.double(), fc.constantFrom(undefined, null, "12"));
  const usage = fc.record({
    prompt_tokens: count,
    completion_tokens: count,
    total_tokens: count,
    prompt_tokens_details: fc.option(fc.record({ cached_tokens: count, cache_write_tokens: count })),
    completion_tokens_details: fc.option(fc.record({ reasoning_tokens: count })),
  });
  fc.assert(
    fc.property(usage, (value) => {
      const read = usageOf(returned(value));
      if (read === undefined) return;
      const {
        inputTokens,
        outputTokens,
        cachedInputTokens = 0,
        cacheWriteTokens = 0,
        reasoningTokens = 0,
      } = read;
      for (const tokens of [
        inputTokens,
        outputTokens,
        cachedInputTokens,
        cacheWriteTokens,
        reasoningTokens,
      ]) {
        expect(Number.isFinite(tokens) && tokens >= 0).toBe(true);
      }
      expect(cachedInputTokens + cacheWriteTokens).toBeLessThanOrEqual(inputTokens * (1 + 1e-9));
      expect(reasoningTokens).toBeLessThanOrEqual(outputTokens);
    }),
    { numRuns: runs(300, 10_000) },
  );
});
