import { describe, expect, it, vi } from "vitest";
import { createClock } from "../../src/plugin/clock.ts";

describe("a clock of one function", () => {
  it("has its value as time of day, and its steps forward as monotonic time", () => {
    let now = 1_000;
    const clock = createClock(() => now);
    expect([clock.wall(), clock.monotonic()]).toEqual([1_000, 1_000]);
    now = 5_000;
    expect([clock.wall(), clock.monotonic()]).toEqual([5_000, 5_000]);
    now = 2_000;
    expect([clock.wall(), clock.monotonic()]).toEqual([2_000, 5_000]);
    now = 2_500;
    expect(clock.monotonic()).toBe(5_500);
    now = 6_000;
    expect([clock.wall(), clock.monotonic()]).toEqual([6_000, 9_000]);
  });

  it("is replaced by a monotonic clock of its own, which never goes back either", () => {
    let [now, monotonic] = [1_000, 7];
    const clock = createClock(
      () => now,
      () => monotonic,
    );
    expect([clock.wall(), clock.monotonic()]).toEqual([1_000, 7]);
    now = 9_000;
    monotonic = 8;
    expect([clock.wall(), clock.monotonic()]).toEqual([9_000, 8]);
    monotonic = 1;
    expect(clock.monotonic()).toBe(8);
    monotonic = 3;
    expect(clock.monotonic()).toBe(10);
  });

  it("never goes back for a value that is not a number", () => {
    let now = 1_000;
    const clock = createClock(() => now);
    clock.monotonic();
    now = Number.NaN;
    expect(clock.monotonic()).toBe(1_000);
  });
});

describe("the system's clock", () => {
  it("measures durations that no correction of the time of day moves", () => {
    vi.useFakeTimers({ now: 10_000 });
    try {
      const clock = createClock();
      const before = clock.monotonic();
      vi.setSystemTime(1_000);
      expect(clock.wall()).toBe(1_000);
      expect(clock.monotonic()).toBe(before);
      vi.advanceTimersByTime(250);
      expect(clock.monotonic() - before).toBe(250);
    } finally {
      vi.useRealTimers();
    }
  });

  it("runs a timer once, later after a restart, and not after it was cancelled", () => {
    vi.useFakeTimers();
    try {
      const runs: string[] = [];
      const clock = createClock();
      clock.after(100, () => runs.push("first"));
      const restarted = clock.after(100, () => runs.push("restarted"));
      const cancelled = clock.after(100, () => runs.push("cancelled"));
      cancelled.cancel();
      vi.advanceTimersByTime(60);
      restarted.restart();
      vi.advanceTimersByTime(60);
      expect(runs).toEqual(["first"]);
      vi.advanceTimersByTime(60);
      expect(runs).toEqual(["first", "restarted"]);
      expect(vi.getTimerCount()).toBe(0);
    } finally {
      vi.useRealTimers();
    }
  });

  it("waits at most as long as a timer can, and not for a negative time", () => {
    vi.useFakeTimers();
    try {
      let runs = 0;
      const clock = createClock();
      clock.after(Number.POSITIVE_INFINITY, () => {
        runs += 1;
      });
      vi.advanceTimersByTime(1_000);
      expect(runs).toBe(0);
      clock.after(-5, () => {
        runs += 1;
      });
      vi.advanceTimersByTime(1);
      expect(runs).toBe(1);
      vi.clearAllTimers();
    } finally {
      vi.useRealTimers();
    }
  });
});
