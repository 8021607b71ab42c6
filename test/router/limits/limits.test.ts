import { describe, expect, it } from "vitest";
import { makeLimits, passed } from "../../support/state/make-limits.ts";

describe("rates", () => {
  it("hold for each model, and say which limit was reached", () => {
    const { count, enter, call, limits, time } = makeLimits({ requestsPerMinute: 3 });
    expect(count()).toBe(3);
    expect(enter()).toBe("its limit of 3 requests per minute is reached; there is room again in 20000 ms");
    expect(limits.delayOf(call())).toMatchObject({ ms: 20_000 });
    expect(count(call(1, undefined, "p:large"))).toBe(3);
    time.now += 20_000;
    expect(limits.delayOf(call())).toBeUndefined();
    expect(count()).toBe(1);
  });

  it("of one model replace the general ones, one by one", () => {
    const { count, call } = makeLimits({
      requestsPerMinute: 3,
      models: { small: { requestsPerMinute: 5, maxConcurrent: undefined } },
    });
    expect([count(), count(call(1, undefined, "p:large"))]).toEqual([5, 3]);
  });

  it("of one model are the general ones if they are undefined", () => {
    const { count } = makeLimits({
      requestsPerMinute: 3,
      models: { small: { requestsPerMinute: undefined } },
    });
    expect(count()).toBe(3);
  });

  it("hold for each tenant over all models; requests without a tenant share one account", () => {
    const { count, call, enter } = makeLimits({ tenant: { requestsPerMinute: 2 } });
    expect(count(call(1, "a"), 1)).toBe(1);
    expect(count(call(1, "a", "p:large"))).toBe(1);
    expect(enter(call(1, "a"))).toContain("the tenant's limit of 2 requests per minute");
    expect(count(call(1, "b"))).toBe(2);
    expect(count(call(1))).toBe(2);
  });

  it("let no tenant gain by having others forgotten", () => {
    const { count, call } = makeLimits({ tenant: { requestsPerMinute: 2 }, maxTenants: 2 });
    let begun = 0;
    for (let tenant = 0; tenant < 100; tenant += 1) begun += count(call(1, `t${tenant}`));
    expect(begun).toBe(4);
  });

  it("of tokens use the estimate and are corrected by usage", () => {
    const { enter, call, time, count } = makeLimits({
      tokensPerMinute: 1_000,
      tenant: { tokensPerMinute: 5_000 },
    });
    const first = passed(enter(call(900)));
    expect(enter(call(200))).toContain(
      "its limit of 1000 tokens per minute is reached; there is room again in 6000 ms",
    );
    first.end({ usage: { inputTokens: 200, outputTokens: 100 } });
    const second = passed(enter(call(600)));
    second.end({ usage: { inputTokens: 600, outputTokens: 400 } });
    // 1,000 - 300 - 1,000 tokens: 300 must come back first, and the one asked for.
    expect(enter(call(1))).toContain("18060 ms");
    time.now += 18_060;
    expect(count(call(1), 2)).toBe(1);
  });

  it("of a tenant's tokens are corrected by usage too, and those of requests are not", () => {
    const { enter, count, call } = makeLimits({
      tenant: { tokensPerMinute: 1_000, requestsPerMinute: 50 },
      requestsPerMinute: 4,
    });
    passed(enter(call(800, "a"))).end({ usage: { inputTokens: 100, outputTokens: 0 } });
    expect(count(call(250, "a"))).toBe(3);
    expect(enter(call(250, "a"))).toContain("its limit of 4 requests per minute");
  });

  it("keep the estimate if the usage is unknown", () => {
    const { enter, call } = makeLimits({ tokensPerMinute: 1_000 });
    const usage = { inputTokens: 1, outputTokens: 0 };
    passed(enter(call(900))).end({ usage, costEstimated: true });
    expect(enter(call(900))).toContain("tokens per minute");
  });

  it("give back the reservation of a call that never began", () => {
    const { limits, call, count } = makeLimits({ requestsPerMinute: 1 });
    const never = passed(limits.enter(call(), 0));
    never.end();
    never.end();
    expect(count()).toBe(1);
  });

  it("are reserved in order by calls that wait", () => {
    const { limits, call, count } = makeLimits({ requestsPerMinute: 6 });
    expect(count()).toBe(6);
    const waits = [1, 2, 3].map(() => passed(limits.enter(call(), 60_000)).waitMs);
    expect(waits).toEqual([10_000, 20_000, 30_000]);
    expect(limits.enter(call(), 39_999)).toContain("40000 ms");
  });
});
