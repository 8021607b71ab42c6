import { describe, expect, it } from "vitest";
import type { RecordedError } from "../../../src/contracts/index.ts";
import { checkLearnedWindows, createLearnedWindows } from "../../../src/router/health/learned-windows.ts";

const overflow = (contextWindow?: number): RecordedError => ({
  code: "provider",
  message: "too long",
  kind: "context-overflow",
  contextWindow,
});
const anHour = 3_600_000;

describe("learnt windows", () => {
  it("are those that an overflow states, for an hour", () => {
    const windows = createLearnedWindows();
    windows.observe({ name: "a", error: overflow() }, 0);
    expect(windows.of("a", 1)).toBeUndefined();
    windows.observe({ name: "a", error: overflow(8_192) }, 0);
    expect(windows.of("a", anHour - 1)).toBe(8_192);
    expect(windows.of("a", anHour)).toBeUndefined();
    expect(windows.of("constructor", 0)).toBeUndefined();
  });

  it("are forgotten once the model has read more", () => {
    const windows = createLearnedWindows();
    windows.observe({ name: "a", error: overflow(10) }, 0);
    windows.observe({ name: "a", error: undefined, usage: { inputTokens: 10, outputTokens: 1 } }, 1);
    expect(windows.of("a", 2)).toBe(10);
    windows.observe({ name: "a", error: undefined, usage: { inputTokens: 11, outputTokens: 1 } }, 3);
    expect(windows.of("a", 4)).toBeUndefined();
  });

  it("are bounded in number", () => {
    const windows = createLearnedWindows();
    for (let at = 0; at < 1_100; at += 1) windows.observe({ name: `m${at}`, error: overflow(100) }, at);
    expect(windows.exportState(1_100)).toHaveLength(1_000);
    expect(windows.of("m0", 1_100)).toBeUndefined();
  });

  it("are exported with times of day, and hold no longer after that", () => {
    const before = createLearnedWindows();
    before.observe({ name: "a", error: overflow(100) }, 50);
    const state = before.exportState(60, 1_000_000);
    expect(state).toEqual([{ name: "a", tokens: 100, at: 1_000_050 }]);
    const after = createLearnedWindows();
    after.restoreState(state, 10, 1_000_060);
    expect(after.of("a", anHour - 1)).toBe(100);
    expect(after.of("a", anHour)).toBeUndefined();
    // Written by a clock that was ahead.
    after.restoreState([{ name: "a", tokens: 100, at: 9_000_000_000_000 }], 10, 1_000_060);
    expect(after.of("a", 10 + anHour)).toBeUndefined();
  });

  it.each([
    [{}],
    [[{ name: "a" }]],
    [[{ name: "a", tokens: 0, at: 1 }]],
    [[{ name: "a", tokens: 1.5, at: 1 }]],
  ])("refuse a state that they have not exported: %j", (state) => {
    expect(() => checkLearnedWindows(state as never)).toThrow(/windows/);
  });
});
