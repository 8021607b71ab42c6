import { describe, expect, it } from "vitest";
import { afterRateLimit, rateNow, unknownRate } from "../../src/state/learned-rate.ts";
import { limited, makeLimits, passed } from "../support/state/make-limits.ts";

describe("rate limits", () => {
  it("halve the rate, which grows each minute by a tenth of what was too much", () => {
    const { limits, enter, time, count } = makeLimits({ requestsPerMinute: 600 });
    expect(count(undefined, 100)).toBe(100);
    time.now += 1;
    passed(enter()).end(limited);
    const [learned] = limits.exportState();
    // 101 calls have begun within a minute.
    expect(learned?.tooMuchPerMinute).toBeCloseTo(101, 1);
    expect(learned?.requestsPerMinute).toBeCloseTo(50.5, 1);
    expect(count()).toBe(1);
    time.now += 60_000;
    // Ten seconds' worth, of 50.5 per minute while it was not asked.
    expect(count()).toBe(8);
    time.now += 13 * 60_000;
    expect(limits.exportState()).toHaveLength(1);
    time.now += 60_000;
    expect(limits.exportState()).toEqual([]);
    // No sudden burst: a minute's worth is saved up in a minute.
    expect(count()).toBe(10);
    time.now += 60_000;
    expect(count()).toBe(600);
  });

  it("teach nothing if the calls began before the cut", () => {
    const { limits, enter, time } = makeLimits({});
    const passes = Array.from({ length: 40 }, () => passed(enter()));
    time.now += 10;
    for (const one of passes) one.end(limited);
    expect(limits.exportState()[0]?.requestsPerMinute).toBeCloseTo(20, 1);
  });

  it("cut the rate again when met again, but never below one call in ten seconds", () => {
    const { limits, enter, time, call } = makeLimits({});
    for (let round = 0; round < 10; round += 1) {
      passed(enter()).end(limited);
      time.now += 10_000;
      expect(limits.delayOf(call())).toBeUndefined();
    }
    expect(limits.exportState()[0]?.requestsPerMinute).toBeGreaterThanOrEqual(6);
  });

  it("cut the rate at which calls were made, of which older ones count less", () => {
    const { limits, enter, time, count } = makeLimits({});
    expect(count(undefined, 100)).toBe(100);
    time.now += 60_000;
    passed(enter()).end(limited);
    expect(limits.exportState()[0]?.tooMuchPerMinute).toBeCloseTo(100 / Math.E + 1, 6);
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
    const { limits, call } = makeLimits({});
    const met = (name: string) => {
      const one = passed(limits.enter(call(1, undefined, name), 0));
      one.begin();
      one.end(limited);
    };
    met("first");
    for (let index = 0; index < 999; index += 1) met(`p:${index}`);
    limits.delayOf(call(1, undefined, "first"));
    met("one more");
    const names = limits.exportState().map(({ name }) => name);
    expect(names).toHaveLength(1_000);
    expect([names.includes("first"), names.includes("p:0")]).toEqual([true, false]);
  });

  it("are not restored if learning is off", () => {
    const { limits, count, time } = makeLimits({ learn: false });
    limits.restoreState([{ name: "p:small", tooMuchPerMinute: 24, requestsPerMinute: 12, at: time.now }]);
    expect(count()).toBe(1_000);
    expect(() => limits.restoreState({} as never)).toThrow("state.limits");
  });

  it("teach nothing if waiting does not help", () => {
    const { limits, enter } = makeLimits({});
    passed(enter()).end({ error: { ...limited.error, retryable: false } });
    expect(limits.exportState()).toEqual([]);
  });

  it("are remembered across a restart", () => {
    const before = makeLimits({});
    for (const one of Array.from({ length: 40 }, () => passed(before.enter()))) {
      before.time.now += 1;
      one.end(limited);
    }
    const state = JSON.parse(JSON.stringify(before.limits.exportState()));
    const after = makeLimits({});
    after.time.now = before.time.now;
    after.limits.restoreState(state);
    expect(after.limits.exportState()).toEqual(state);
    expect(after.count()).toBeLessThan(40);
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
  const call = { name: "m", begunAt: 5 };
  const cut = afterRateLimit(unknownRate, call, 100, 10);

  it("is unknown until a rate limit cuts it to half of what was too much", () => {
    expect(rateNow(unknownRate, 10)).toBeUndefined();
    expect(cut).toEqual({
      state: "cut",
      cut: { name: "m", tooMuchPerMinute: 100, requestsPerMinute: 50, at: 10 },
    });
  });

  it("grows by a tenth of what was too much per minute, up to twice that, and never shrinks by time", () => {
    const rates = [10, 60_010, 300_010, 10 + 14.9 * 60_000].map((now) => rateNow(cut, now));
    expect(rates.map((rate) => Math.round(rate ?? 0))).toEqual([50, 60, 100, 199]);
    expect(rateNow(cut, 10 + 15 * 60_000)).toBeUndefined();
    expect(rateNow(cut, 0)).toBe(50);
  });

  it("is cut again only by calls that began after the last cut", () => {
    expect(afterRateLimit(cut, { ...call, begunAt: 10 }, 100, 20)).toBe(cut);
    expect(afterRateLimit(cut, { ...call, begunAt: 11 }, 100, 10)).toMatchObject({
      cut: { tooMuchPerMinute: 50, requestsPerMinute: 25 },
    });
  });
});
