import { describe, expect, it } from "vitest";
import { afterWindow, rateNow, restoreRate, unknownRate } from "../../../src/router/limits/learned-rate.ts";
import { limited, makeLimits, passed } from "../../support/state/make-limits.ts";

/** Begins a call each 100 ms, ends it 50 ms later, and returns how many could not begin. */
function play({ limits, time, call }: ReturnType<typeof makeLimits>, results: readonly boolean[]): number {
  let refused = 0;
  for (const isLimited of results) {
    const pass = limits.enter(call(), 0);
    if (typeof pass === "string") refused += 1;
    else {
      pass.begin();
      time.now += 50;
      pass.end(isLimited ? limited : {});
      time.now -= 50;
    }
    time.now += 100;
  }
  return refused;
}

/** Results of which each `nth` is a rate limit. */
const every = (nth: number, count: number) =>
  Array.from({ length: count }, (_, index) => index % nth === nth - 1);

describe("rate limits", () => {
  it("cut the rate over observed time to what was answered, once per window", () => {
    const world = makeLimits({ requestsPerMinute: 6_000 });
    play(world, every(4, 100));
    expect(world.limits.exportState()).toEqual([]);
    play(world, every(4, 1));
    const [learned] = world.limits.exportState();
    // 600 calls per minute, of which a quarter met a rate limit.
    expect(learned?.tooMuchPerMinute).toBeCloseTo(600, -1);
    expect(learned?.requestsPerMinute).toBeCloseTo(450, -1);
    expect(learned?.growthPerMinute).toBeCloseTo(45, 0);
    play(world, every(2, 50));
    expect(world.limits.exportState()).toEqual([learned]);
  });

  it("cut by half at most, by a tenth at least, and never below one call in ten seconds", () => {
    const world = makeLimits({ requestsPerMinute: 6_000 });
    play(world, every(1, 101));
    expect(world.limits.exportState()[0]?.requestsPerMinute).toBeCloseTo(300, -1);
    for (let window = 0; window < 60; window += 1) play(world, every(1, 150));
    expect(world.limits.exportState()[0]?.requestsPerMinute).toBeGreaterThanOrEqual(6);
  });

  it("teach nothing if they are few", () => {
    const world = makeLimits({ requestsPerMinute: 6_000 });
    for (let window = 0; window < 20; window += 1) play(world, every(10, 110));
    expect(world.limits.exportState()).toEqual([]);
  });

  it("teach nothing where neither an option nor a header says that there is a rate", () => {
    const options = [{ maxConcurrent: 64 }, { tenant: { requestsPerMinute: 1e6 } }, {}];
    for (const world of options.map(makeLimits)) {
      expect(play(world, every(1, 300))).toBe(0);
      expect(world.limits.exportState()).toEqual([]);
    }
    const told = makeLimits({ maxConcurrent: 64 });
    passed(told.enter()).onRateLimit({ limitRequests: 5_000, remainingRequests: 4_999 });
    play(told, every(2, 110));
    expect(told.limits.exportState()).toHaveLength(1);
  });

  it("teach nothing about the time before their window", () => {
    const { limits, enter, time } = makeLimits({ requestsPerMinute: 6_000 });
    const passes = Array.from({ length: 400 }, () => passed(enter()));
    // Idle time is not observed time: a new window starts with the next call.
    time.now += 10_001;
    passed(enter());
    time.now += 10_000;
    for (const one of passes) one.end(limited);
    expect(limits.exportState()).toEqual([]);
  });

  it("are forgotten once the rate has grown back by constant steps, however often it was cut", () => {
    const world = makeLimits({ requestsPerMinute: 600 });
    play(world, every(2, 101));
    const [first] = world.limits.exportState();
    for (let window = 0; window < 6; window += 1) play(world, every(2, 101));
    const [last] = world.limits.exportState();
    expect(last?.growthPerMinute).toBe(first?.growthPerMinute);
    expect(last?.tooMuchPerMinute).toBe(first?.tooMuchPerMinute);
    world.time.now += 19 * 60_000;
    expect(world.limits.exportState()).toHaveLength(0);
    // No sudden burst: a minute's worth is saved up in a minute.
    expect(world.count()).toBeLessThanOrEqual(100);
    world.time.now += 60_000;
    expect(world.count()).toBe(600);
  });

  it("set the pace if it is below the configured limit", () => {
    const { limits, call, count, time, enter } = makeLimits({ requestsPerMinute: 30 });
    limits.restoreState([
      { name: "p:small", tooMuchPerMinute: 24, requestsPerMinute: 12, at: time.now },
      { name: "p:large", tooMuchPerMinute: 80, requestsPerMinute: 40, at: time.now },
    ]);
    expect(count()).toBe(2);
    expect(limits.delayOf(call())).toEqual({
      ms: 5_000,
      reason:
        "the rate of 12 requests per minute, learnt from its rate limits, is reached; there is room again in 5000 ms",
    });
    expect(count(call(1, undefined, "p:large"))).toBe(30);
    expect(enter(call(1, undefined, "p:large"))).toContain("its limit of 30 requests per minute");
  });

  it("no longer bound a model without a configured limit once they are out of date", () => {
    const { limits, count, time } = makeLimits({});
    limits.restoreState([{ name: "p:small", tooMuchPerMinute: 24, requestsPerMinute: 12, at: time.now }]);
    expect(count()).toBe(2);
    time.now += 20 * 60_000;
    expect(count()).toBe(1_000);
  });

  it("are remembered for the thousand models that were called last", () => {
    const { limits, call, time } = makeLimits({});
    const names = ["first", ...Array.from({ length: 999 }, (_, index) => `p:${index}`)];
    limits.restoreState(
      names.map((name) => ({ name, tooMuchPerMinute: 24, requestsPerMinute: 12, at: time.now })),
    );
    limits.delayOf(call(1, undefined, "first"));
    limits.delayOf(call(1, undefined, "one more"));
    const left = limits.exportState().map(({ name }) => name);
    expect(left).toHaveLength(999);
    expect([left.includes("first"), left.includes("p:0")]).toEqual([true, false]);
  });

  it("are not restored if learning is off", () => {
    const { limits, count, time } = makeLimits({ learn: false });
    limits.restoreState([{ name: "p:small", tooMuchPerMinute: 24, requestsPerMinute: 12, at: time.now }]);
    expect(count()).toBe(1_000);
    expect(() => limits.restoreState({} as never)).toThrow("state.limits");
  });

  it("teach nothing if waiting does not help", () => {
    const { limits, enter, time } = makeLimits({ requestsPerMinute: 6_000 });
    for (let index = 0; index < 210; index += 1) {
      passed(enter()).end({ error: { ...limited.error, retryable: false } });
      time.now += 100;
    }
    expect(limits.exportState()).toEqual([]);
  });

  it("are remembered across a restart", () => {
    const before = makeLimits({ requestsPerMinute: 6_000 });
    play(before, every(2, 110));
    const state = JSON.parse(JSON.stringify(before.limits.exportState()));
    expect(state).toHaveLength(1);
    const after = makeLimits({});
    after.time.now = before.time.now;
    after.limits.restoreState(state);
    expect(after.limits.exportState()).toEqual(state);
    expect(after.count()).toBeLessThan(60);
    expect(() => after.limits.restoreState([{ name: "a" }] as never)).toThrow(
      "state.limits[0].tooMuchPerMinute must be a number above 0, but it is missing",
    );
    expect(after.limits.exportState()).toEqual(state);
  });
});

it("a learnt rate recovers from now on if the clock that wrote it was ahead", () => {
  const { limits, time } = makeLimits({});
  time.now = 1_000;
  limits.restoreState([{ name: "a", tooMuchPerMinute: 40, requestsPerMinute: 20, at: 1e15 }]);
  expect(limits.exportState()).toMatchObject([{ at: 1_000 }]);
});

describe("a learnt rate", () => {
  const measured = { perMinute: 100, limited: 20, limitedShare: 0.2, usualPerMinute: 80 };
  const cut = afterWindow(unknownRate, "m", measured, 10);

  it("is unknown until a window of rate limits cuts it to what was answered", () => {
    expect(rateNow(unknownRate, 10)).toBeUndefined();
    expect(cut).toEqual({
      state: "cut",
      cut: { name: "m", tooMuchPerMinute: 100, requestsPerMinute: 80, growthPerMinute: 8, at: 10 },
    });
  });

  it("grows by a tenth of the usual rate per minute, up to what was too much, and never shrinks by time", () => {
    const rates = [10, 60_010, 120_010].map((now) => rateNow(cut, now));
    expect(rates).toEqual([80, 88, 96]);
    expect(rateNow(cut, 10 + 150_000)).toBeUndefined();
    expect(rateNow(cut, 0)).toBe(80);
  });

  it("is not cut by fewer than five rate limits or 15 % of the calls", () => {
    expect(afterWindow(cut, "m", { ...measured, limited: 4 }, 20)).toBe(cut);
    expect(afterWindow(cut, "m", { ...measured, limitedShare: 0.149 }, 20)).toBe(cut);
  });

  it("keeps its step and what was too much when it is cut again", () => {
    expect(afterWindow(cut, "m", { ...measured, limitedShare: 0.9, usualPerMinute: 8 }, 10)).toMatchObject({
      cut: { tooMuchPerMinute: 100, requestsPerMinute: 40, growthPerMinute: 8 },
    });
  });

  it("of a state without a step grows by a tenth of what was too much", () => {
    const old = { name: "m", tooMuchPerMinute: 100, requestsPerMinute: 50, at: 0 };
    expect(rateNow(restoreRate(old, 0), 60_000)).toBe(60);
  });
});
