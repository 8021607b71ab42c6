import fc from "fast-check";
import { get_encoding } from "tiktoken";
import { describe, expect, test } from "vitest";
import { estimateTokens } from "../../../src/router/cost/estimate-tokens.ts";
import { type Corpus, corpus } from "../../support/corpora.ts";
import { runs } from "../../support/runs.ts";

function byBytes(text: string): number {
  return Math.ceil(Buffer.byteLength(text) / 4);
}

test("short texts are counted to the byte, in every script", () => {
  expect(estimateTokens("")).toBe(0);
  expect(estimateTokens("a")).toBe(1);
  expect(estimateTokens("12345")).toBe(2);
  // 2, 3 and 4 bytes per character
  expect(estimateTokens("éééé")).toBe(2);
  expect(estimateTokens("你好世界")).toBe(3);
  expect(estimateTokens("🚀🚀🚀")).toBe(3);
});

test("a long text of one script is estimated to the byte", () => {
  expect(estimateTokens("a".repeat(1_000_000))).toBe(250_000);
  expect(estimateTokens("你".repeat(100_000))).toBe(75_000);
  expect(estimateTokens("🚀".repeat(50_000))).toBe(50_000);
});

test("a periodic text is sampled evenly", () => {
  // Every 8th unit is CJK, 128 stretches of 8 units each: evenly spaced samples would see one kind only.
  const text = "你1234567".repeat(128);
  expect(estimateTokens(text) / byBytes(text)).toBeGreaterThan(0.85);
  expect(estimateTokens(text) / byBytes(text)).toBeLessThan(1.15);
});

test("a text of any length is read at 64 places at most", () => {
  for (const length of [129, 5_000, 400_000]) {
    let reads = 0;
    const text = {
      length,
      charCodeAt: (at: number) => {
        expect(at).toBeGreaterThanOrEqual(0);
        expect(at).toBeLessThan(length);
        reads += 1;
        return 97;
      },
    };
    expect(estimateTokens(text as unknown as string)).toBe(Math.ceil(length / 4));
    expect(reads).toBe(64);
  }
});

test("the estimate of any text is within a factor of 3 of its bytes", () => {
  const unit = fc.constantFrom("a", "é", "你", "🚀", "\ud800", " ", "\n");
  const text = fc.array(unit, { maxLength: 400 }).map((units) => units.join(""));
  fc.assert(
    fc.property(text, (value) => {
      const exact = byBytes(value);
      const estimate = estimateTokens(value);
      expect(estimate).toBeLessThanOrEqual(3 * exact + 1);
      expect(estimate).toBeGreaterThanOrEqual(Math.floor(exact / 3));
    }),
    { numRuns: runs(200, 10_000) },
  );
});

describe("against o200k_base", () => {
  const encoding = get_encoding("o200k_base");
  const bounds: readonly (readonly [Corpus, number, number])[] = [
    ["english", 0.7, 1.5],
    ["code", 0.7, 1.5],
    ["cjk", 0.7, 1.5],
    ["mixed", 0.7, 1.5],
    ["emoji", 0.5, 0.75],
  ];

  test.each(bounds)("%s is estimated at %d to %d times its tokens", (kind, low, high) => {
    fc.assert(
      fc.property(fc.integer({ min: 600, max: 4_000 }), fc.nat(), (length, seed) => {
        const text = corpus(kind, length, seed);
        const ratio = estimateTokens(text) / encoding.encode_ordinary(text).length;
        expect(ratio).toBeGreaterThan(low);
        expect(ratio).toBeLessThan(high);
        const sampled = estimateTokens(text) / byBytes(text);
        expect(Math.abs(sampled - 1)).toBeLessThan(0.2);
      }),
      { numRuns: runs(20, 200) },
    );
  });
});
