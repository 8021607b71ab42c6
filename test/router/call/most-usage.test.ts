import { describe, expect, it } from "vitest";
import { mostUsage } from "../../../src/router/call/most-usage.ts";

const usage = (prompt: number, completion: number, more: object = {}) => ({
  prompt_tokens: prompt,
  completion_tokens: completion,
  total_tokens: prompt + completion,
  ...more,
});

describe("usage that a stream tells several times", () => {
  it("is the largest of each count, also within details", () => {
    const first = usage(100, 50, { completion_tokens_details: { reasoning_tokens: 40 } });
    const last = usage(10, 60, { completion_tokens_details: { reasoning_tokens: 1 } });
    expect(mostUsage(first, last)).toEqual({
      prompt_tokens: 100,
      completion_tokens: 60,
      total_tokens: 150,
      completion_tokens_details: { reasoning_tokens: 40 },
    });
  });

  it("does not take the largest of what makes a call cheaper", () => {
    const first = usage(100, 1, { prompt_tokens_details: { cached_tokens: 100 } });
    const last = usage(100, 1, { prompt_tokens_details: { cached_tokens: 0 } });
    expect(mostUsage(first, last).prompt_tokens_details?.cached_tokens).toBe(0);
  });

  it.each([Number.NaN, -1, 1e300, "7", null])("lets a count replace %s, which is not a count", (count) => {
    const first = { ...usage(5, 5), completion_tokens: count as number };
    expect(mostUsage(first, usage(5, 9)).completion_tokens).toBe(9);
    expect(mostUsage(usage(5, 9), first).completion_tokens).toBe(9);
  });

  it("keeps a field named __proto__ a field", () => {
    const hostile = JSON.parse('{"prompt_tokens":1,"completion_tokens":1,"__proto__":{"polluted":9}}');
    expect(Object.getPrototypeOf(mostUsage(hostile, usage(1, 1)))).toBe(Object.prototype);
    expect(({} as { polluted?: number }).polluted).toBeUndefined();
  });
});
