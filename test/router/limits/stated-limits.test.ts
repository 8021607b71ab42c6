import { describe, expect, it } from "vitest";
import { limited, makeLimits, passed } from "../../support/state/make-limits.ts";

describe("a limit that a provider states", () => {
  it("bounds a model without a limit of its own, and comes back evenly until the reset", () => {
    const { enter, count, time, limits, call } = makeLimits({});
    passed(enter()).onRateLimit({ limitRequests: 60, remainingRequests: 2, resetRequestsMs: 58_000 });
    expect(count()).toBe(2);
    expect(limits.delayOf(call())?.reason).toContain("the limit of requests stated by its provider");
    expect(limits.delayOf(call())?.ms).toBe(1_000);
    time.now += 3_000;
    expect(count()).toBe(3);
    time.now += 58_000;
    expect(count(call(), 500)).toBe(500);
  });

  it("counts tokens too, and holds until the reset if the size is unknown", () => {
    const { enter, count, call, time } = makeLimits({});
    passed(enter()).onRateLimit({ remainingTokens: 250, resetTokensMs: 4_000 });
    expect(count(call(100))).toBe(2);
    expect(enter(call(100))).toContain("4000 ms");
    time.now += 4_000;
    expect(count(call(100), 9)).toBe(9);
  });

  it("is believed for ten minutes at most", () => {
    const { enter, call, limits, time } = makeLimits({});
    passed(enter()).onRateLimit({ limitRequests: 1, remainingRequests: 0, resetRequestsMs: 1e300 });
    expect(limits.delayOf(call())?.ms).toBe(600_000);
    time.now += 600_000;
    expect(limits.delayOf(call())).toBeUndefined();
  });

  it("leaves out calls that have not begun, and ends at its reset", () => {
    const { limits, call, time } = makeLimits({});
    const waiting = passed(limits.enter(call(), 0));
    waiting.begin();
    waiting.onRateLimit({ remainingRequests: 5, limitRequests: 5, resetRequestsMs: 1_000 });
    const reserved = Array.from({ length: 3 }, () => passed(limits.enter(call(), 0)));
    waiting.onRateLimit({ remainingRequests: 4, limitRequests: 5, resetRequestsMs: 1_000 });
    expect(typeof limits.enter(call(), 0)).not.toBe("string");
    expect(limits.enter(call(), 0)).toContain("the limit of requests stated by its provider");
    expect(reserved.map((one) => one.begin())).toEqual([0, 0, 0]);
    time.now += 1_000;
    expect(limits.delayOf(call())).toBeUndefined();
  });

  it("does not count on what calls have taken that came after the one that states it", () => {
    const { limits, call } = makeLimits({});
    const first = passed(limits.enter(call(), 0));
    first.begin();
    first.onRateLimit({ remainingRequests: 10, limitRequests: 11, resetRequestsMs: 1e6 });
    const ten = Array.from({ length: 10 }, () => passed(limits.enter(call(), 0)));
    for (const one of ten) one.begin();
    expect(typeof limits.enter(call(), 0)).toBe("string");
    // Nine were left when the first of them came, and the others have come since.
    ten[0]?.onRateLimit({ remainingRequests: 9, limitRequests: 11, resetRequestsMs: 1e6 });
    expect(typeof limits.enter(call(), 0)).toBe("string");
    // An answer that comes late says nothing about what was stated after it.
    ten[9]?.onRateLimit({ remainingRequests: 0, limitRequests: 11, resetRequestsMs: 1e6 });
    ten[5]?.onRateLimit({ remainingRequests: 4, limitRequests: 11, resetRequestsMs: 1e6 });
    expect(typeof limits.enter(call(), 0)).toBe("string");
  });

  it("is not raised by a call that overtook others on its way, and so states what was left before them", () => {
    const { limits, call, count } = makeLimits({});
    const begin = () => {
      const pass = passed(limits.enter(call(), 0));
      pass.begin();
      return pass;
    };
    const says = (pass: ReturnType<typeof begin>, remainingRequests: number) =>
      pass.onRateLimit({ remainingRequests, limitRequests: 6, resetRequestsMs: 1e6 });
    says(begin(), 5);
    const [second, , fourth] = [begin(), begin(), begin()];
    says(second, 4);
    // It comes before the third and the fourth, of which the third is not answered yet.
    const fifth = begin();
    says(fourth, 1);
    says(fifth, 3);
    // One of six is left. It may be held back, but no second one begins.
    expect(count()).toBeLessThanOrEqual(1);
  });

  it("does the same for tokens", () => {
    const { limits, call } = makeLimits({});
    const first = passed(limits.enter(call(100), 0));
    first.begin();
    const second = passed(limits.enter(call(300), 0));
    second.begin();
    first.onRateLimit({ remainingTokens: 500, limitTokens: 1_000, resetTokensMs: 1e6 });
    expect(typeof limits.enter(call(201), 0)).toBe("string");
    expect(typeof limits.enter(call(200), 0)).not.toBe("string");
  });

  it("does not lock out where a server says for ever that nothing is left, and not until when", () => {
    const { limits, call, time } = makeLimits({});
    const holds: (number | undefined)[] = [];
    for (let at = 0; at < 6; at += 1) {
      const one = passed(limits.enter(call(), 0));
      one.begin();
      for (let same = 0; same < 5; same += 1) one.onRateLimit({ remainingRequests: 0 });
      holds.push(limits.delayOf(call())?.ms);
      time.now += 1_000;
    }
    expect(holds).toEqual([1_000, 1_000, 1_000, undefined, undefined, undefined]);
    // As soon as it says more, it is believed again.
    const one = passed(limits.enter(call(), 0));
    one.begin();
    one.onRateLimit({ remainingRequests: 1 });
    expect(typeof limits.enter(call(), 0)).not.toBe("string");
    expect(typeof limits.enter(call(), 0)).toBe("string");
  });

  it("is ignored if learning is off", () => {
    const { enter, count, call } = makeLimits({ learn: false });
    const first = passed(enter());
    first.onRateLimit({ remainingRequests: 0, resetRequestsMs: 60_000 });
    first.end(limited);
    expect(count(call(), 100)).toBe(100);
  });
});

it.each([Number.NaN, -1, Number.POSITIVE_INFINITY])("a provider that states %s has stated nothing", (odd) => {
  const { enter } = makeLimits({});
  const first = passed(enter());
  first.onRateLimit({ remainingRequests: odd, limitRequests: 1, resetRequestsMs: 1_000 });
  first.onRateLimit({ remainingTokens: odd, limitTokens: odd, resetTokensMs: odd });
  const second = passed(enter());
  expect(second.waitMs).toBe(0);
  // A valid statement still counts later.
  second.onRateLimit({ remainingRequests: 0, limitRequests: 60, resetRequestsMs: odd });
  expect(enter()).toMatch(
    /the limit of requests stated by its provider is reached; there is room again in \d+ ms/,
  );
});
