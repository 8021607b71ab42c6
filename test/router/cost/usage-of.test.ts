import fc from "fast-check";
import { expect, test } from "vitest";
import type { Completion } from "../../../src/contracts/index.ts";
import { usageOf, usageOrEstimate } from "../../../src/router/cost/usage-of.ts";
import { runs } from "../../support/runs.ts";

const estimate = { inputTokens: 70, outputTokens: () => 30 };

/** Reads usage of any type, since a server may send anything. */
function read(returned: unknown) {
  return usageOrEstimate(returned as Completion["usage"], estimate);
}

test("usage is read in the shape of OpenAI: input includes cached, output includes reasoning", () => {
  const returned = {
    prompt_tokens: 1_000,
    completion_tokens: 300,
    total_tokens: 1_300,
    prompt_tokens_details: { cached_tokens: 800, cache_write_tokens: 100 },
    completion_tokens_details: { reasoning_tokens: 250 },
  };
  expect(read(returned)).toEqual({
    usage: {
      inputTokens: 1_000,
      outputTokens: 300,
      cachedInputTokens: 800,
      cacheWriteTokens: 100,
      reasoningTokens: 250,
    },
    estimated: false,
  });
});

test("details that are not reported stay absent", () => {
  const { usage } = read({ prompt_tokens: 5, completion_tokens: 0, total_tokens: 5 });
  expect(usage).toStrictEqual({ inputTokens: 5, outputTokens: 0 });
});

test("counts that are all 0 are estimated: a server that does not count sends them", () => {
  const zeros = { prompt_tokens: 0, completion_tokens: 0, total_tokens: 0 };
  expect(read(zeros)).toEqual({ usage: { inputTokens: 70, outputTokens: 30 }, estimated: true });
});

test("usage without counts is estimated, not zero", () => {
  for (const nothing of [
    undefined,
    null,
    {},
    { total_tokens: 7 },
    { prompt_tokens: null, completion_tokens: "3" },
  ])
    expect(read(nothing)).toEqual({ usage: { inputTokens: 70, outputTokens: 30 }, estimated: true });
});

test.each([
  { completion_tokens: 1 },
  { completion_tokens: 1, prompt_tokens: "7" },
  { completion_tokens: 1, prompt_tokens: Number.NaN, total_tokens: 1 },
  { completion_tokens: 1, prompt_tokens: -1, total_tokens: 0 },
  { completion_tokens: 1, prompt_tokens: 1e308 },
])("an input that neither %o nor its total reports is estimated", (returned) => {
  expect(read(returned)).toEqual({ usage: { inputTokens: 70, outputTokens: 1 }, estimated: true });
});

test.each([
  { prompt_tokens: 100 },
  { prompt_tokens: 100, completion_tokens: "3", total_tokens: 100 },
  { prompt_tokens: 100, completion_tokens: 1e308, total_tokens: 1e308 },
])("an output that neither %o nor its total reports is estimated", (returned) => {
  expect(read(returned)).toEqual({ usage: { inputTokens: 100, outputTokens: 30 }, estimated: true });
});

test("without an estimate, usage with a missing side is absent", () => {
  expect(usageOf({ prompt_tokens: 100 })).toBeUndefined();
  expect(usageOf(undefined)).toBeUndefined();
  expect(usageOf({ prompt_tokens: 100, total_tokens: 120 })).toEqual({ inputTokens: 100, outputTokens: 20 });
});

test("counts up to 1e9 are accepted", () => {
  const told = { prompt_tokens: 1e9, completion_tokens: 1e9, total_tokens: 2e9 };
  expect(read(told)).toEqual({ usage: { inputTokens: 1e9, outputTokens: 1e9 }, estimated: false });
  expect(read({ ...told, prompt_tokens: 1e9 + 1 }).estimated).toBe(true);
});

test("reasoning that a server leaves out of completion_tokens is read from the total", () => {
  const returned = {
    prompt_tokens: 100,
    completion_tokens: 20,
    total_tokens: 520,
    completion_tokens_details: { reasoning_tokens: 400 },
  };
  const usage = { inputTokens: 100, outputTokens: 420, reasoningTokens: 400 };
  expect(read(returned)).toEqual({ usage, estimated: false });
});

test("a missing side is the total minus the other side", () => {
  const whole = { usage: { inputTokens: 100, outputTokens: 20 }, estimated: false };
  expect(read({ completion_tokens: 20, total_tokens: 120 })).toEqual(whole);
  expect(read({ prompt_tokens: 100, total_tokens: 120 })).toEqual(whole);
});

test("NaN, negative and infinite counts count as not reported", () => {
  const returned = {
    prompt_tokens: 10,
    completion_tokens: -4,
    total_tokens: Number.POSITIVE_INFINITY,
    prompt_tokens_details: { cached_tokens: Number.NaN },
    completion_tokens_details: { reasoning_tokens: -1 },
  };
  expect(read(returned)).toStrictEqual({ usage: { inputTokens: 10, outputTokens: 30 }, estimated: true });
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
      const {
        inputTokens,
        outputTokens,
        cachedInputTokens = 0,
        cacheWriteTokens = 0,
        reasoningTokens = 0,
      } = read(value).usage;
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
