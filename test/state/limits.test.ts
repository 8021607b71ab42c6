import { describe, expect, it } from "vitest";
import type { LimitOptions } from "../../src/contracts/index.ts";
import { createLimits, type LimitPass } from "../../src/state/limits.ts";

const models = { small: { name: "p:small" }, large: { name: "p:large" } };

function make(options: LimitOptions) {
  const time = { now: 1_000_000 };
  const limits = createLimits(options, { models, clock: () => time.now });
  const call = (tokens = 100, tenant?: string, name = "p:small") => ({ name, tenant, tokens });
  const enter = (given = call()): LimitPass | string => {
    const pass = limits.enter(given, 0);
    if (typeof pass !== "string") pass.begin();
    return pass;
  };
  /** Calls that begin now until one is refused. */
  const count = (given = call(), most = 1_000) => {
    let begun = 0;
    while (begun < most && typeof enter(given) !== "string") begun += 1;
    return begun;
  };
  return { limits, time, call, enter, count };
}

const limited = { error: { code: "provider", message: "", kind: "rate-limit" } };
function pass(entered: LimitPass | string): LimitPass {
  if (typeof entered === "string") throw new Error(entered);
  return entered;
}

describe("rates", () => {
  it("hold for each model, and say which limit it is", () => {
    const { count, enter, call, limits, time } = make({ requestsPerMinute: 3 });
    expect(count()).toBe(3);
    expect(enter()).toBe("its limit of 3 requests per minute is reached for 20000 ms more");
    expect(limits.delayOf(call())).toMatchObject({ ms: 20_000 });
    expect(count(call(1, undefined, "p:large"))).toBe(3);
    time.now += 20_000;
    expect(limits.delayOf(call())).toBeUndefined();
    expect(count()).toBe(1);
  });

  it("of one model replace the general ones, each for itself", () => {
    const { count, call } = make({
      requestsPerMinute: 3,
      models: { small: { requestsPerMinute: 5, maxConcurrent: undefined } },
    });
    expect([count(), count(call(1, undefined, "p:large"))]).toEqual([5, 3]);
  });

  it("that are not told for one model are the general ones", () => {
    const { count } = make({ requestsPerMinute: 3, models: { small: { requestsPerMinute: undefined } } });
    expect(count()).toBe(3);
  });

  it("hold for each tenant over all models, who share one account without a name", () => {
    const { count, call, enter } = make({ tenant: { requestsPerMinute: 2 } });
    expect(count(call(1, "a"), 1)).toBe(1);
    expect(count(call(1, "a", "p:large"))).toBe(1);
    expect(enter(call(1, "a"))).toContain("the tenant's limit of 2 requests per minute");
    expect(count(call(1, "b"))).toBe(2);
    expect(count(call(1))).toBe(2);
  });

  it("let nobody gain by making others forgotten", () => {
    const { count, call } = make({ tenant: { requestsPerMinute: 2 }, maxTenants: 2 });
    let begun = 0;
    for (let tenant = 0; tenant < 100; tenant += 1) begun += count(call(1, `t${tenant}`));
    expect(begun).toBe(4);
  });

  it("of tokens are drawn by estimate and corrected by usage", () => {
    const { enter, call, time, count } = make({ tokensPerMinute: 1_000, tenant: { tokensPerMinute: 5_000 } });
    const first = pass(enter(call(900)));
    expect(enter(call(200))).toContain("its limit of 1000 tokens per minute is reached for 6000 ms");
    first.end({ usage: { inputTokens: 200, outputTokens: 100 } });
    const second = pass(enter(call(600)));
    second.end({ usage: { inputTokens: 600, outputTokens: 400 } });
    // 1,000 - 300 - 1,000 tokens: 300 must come back first, and the one asked for.
    expect(enter(call(1))).toContain("18060 ms");
    time.now += 18_060;
    expect(count(call(1), 2)).toBe(1);
  });

  it("of a tenant's tokens are corrected by usage as well, and those of requests are not", () => {
    const { enter, count, call } = make({
      tenant: { tokensPerMinute: 1_000, requestsPerMinute: 50 },
      requestsPerMinute: 4,
    });
    pass(enter(call(800, "a"))).end({ usage: { inputTokens: 100, outputTokens: 0 } });
    expect(count(call(250, "a"))).toBe(3);
    expect(enter(call(250, "a"))).toContain("its limit of 4 requests per minute");
  });

  it("keep the estimate where usage was not told", () => {
    const { enter, call } = make({ tokensPerMinute: 1_000 });
    const usage = { inputTokens: 1, outputTokens: 0 };
    pass(enter(call(900))).end({ usage, costEstimated: true });
    expect(enter(call(900))).toContain("tokens per minute");
  });

  it("give back what a call that never began had reserved", () => {
    const { limits, call, count } = make({ requestsPerMinute: 1 });
    const never = pass(limits.enter(call(), 0));
    never.end();
    never.end();
    expect(count()).toBe(1);
  });

  it("are reserved in order by those who wait, as long as they would", () => {
    const { limits, call, count } = make({ requestsPerMinute: 6 });
    expect(count()).toBe(6);
    const waits = [1, 2, 3].map(() => pass(limits.enter(call(), 60_000)).waitMs);
    expect(waits).toEqual([10_000, 20_000, 30_000]);
    expect(limits.enter(call(), 39_999)).toContain("40000 ms");
  });
});

describe("what providers tell", () => {
  it("bounds a model without a limit of its own, and comes back evenly until the reset", () => {
    const { enter, count, time, limits, call } = make({});
    pass(enter()).onRateLimit({ limitRequests: 60, remainingRequests: 2, resetRequestsMs: 58_000 });
    expect(count()).toBe(2);
    expect(limits.delayOf(call())?.reason).toContain("the limit of requests that its provider tells");
    expect(limits.delayOf(call())?.ms).toBe(1_000);
    time.now += 3_000;
    expect(count()).toBe(3);
    time.now += 58_000;
    expect(count(call(), 500)).toBe(500);
  });

  it("counts tokens too, and without a limit holds until the reset", () => {
    const { enter, count, call, time } = make({});
    pass(enter()).onRateLimit({ remainingTokens: 250, resetTokensMs: 4_000 });
    expect(count(call(100))).toBe(2);
    expect(enter(call(100))).toContain("4000 ms");
    time.now += 4_000;
    expect(count(call(100), 9)).toBe(9);
  });

  it("is believed for ten minutes at most, whatever it says", () => {
    const { enter, call, limits, time } = make({});
    pass(enter()).onRateLimit({ limitRequests: 1, remainingRequests: 0, resetRequestsMs: 1e300 });
    expect(limits.delayOf(call())?.ms).toBe(600_000);
    time.now += 600_000;
    expect(limits.delayOf(call())).toBeUndefined();
  });

  it("does not count calls that have not begun, and ends at its reset", () => {
    const { limits, call, time } = make({});
    const waiting = pass(limits.enter(call(), 0));
    waiting.begin();
    waiting.onRateLimit({ remainingRequests: 5, limitRequests: 5, resetRequestsMs: 1_000 });
    const reserved = Array.from({ length: 3 }, () => pass(limits.enter(call(), 0)));
    waiting.onRateLimit({ remainingRequests: 4, limitRequests: 5, resetRequestsMs: 1_000 });
    expect(typeof limits.enter(call(), 0)).not.toBe("string");
    expect(limits.enter(call(), 0)).toContain("the limit of requests that its provider tells");
    expect(reserved.map((one) => one.begin())).toEqual([0, 0, 0]);
    time.now += 1_000;
    expect(limits.delayOf(call())).toBeUndefined();
  });

  it("is ignored where nothing is to be learnt", () => {
    const { enter, count, call } = make({ learn: false });
    const told = pass(enter());
    told.onRateLimit({ remainingRequests: 0, resetRequestsMs: 60_000 });
    told.end(limited);
    expect(count(call(), 100)).toBe(100);
  });
});

describe("calls at once", () => {
  const places = (more: LimitOptions = {}) => make({ maxConcurrent: 1, maxQueued: 1, ...more });
  const queue = (entered: LimitPass | string, turns: string[] = [], name = "") =>
    pass(entered).queue(() => turns.push(name));

  it("give their place back once, to whoever has waited", () => {
    const { limits, call } = places();
    const turns: string[] = [];
    const enter = () => pass(limits.enter(call(), 0));
    const [first, second, third] = [enter(), enter(), enter()];
    expect([queue(first), queue(second, turns, "second")]).toEqual([true, false]);
    expect(queue(third)).toBe("its maxConcurrent of 1 is reached, and so is its maxQueued of 1");
    third.end();
    expect(turns).toEqual([]);
    first.end();
    first.end();
    expect(turns).toEqual(["second"]);
    const fourth = enter();
    expect(queue(fourth, turns, "fourth")).toBe(false);
    second.end();
    expect(turns).toEqual(["second", "fourth"]);
  });

  it("leave the queue when they end before their turn", () => {
    const { limits, call } = places();
    const turns: string[] = [];
    const enter = () => pass(limits.enter(call(), 0));
    const [first, second, third] = [enter(), enter(), enter()];
    expect([queue(first), queue(second, turns, "second")]).toEqual([true, false]);
    second.end();
    expect(queue(third, turns, "third")).toBe(false);
    first.end();
    expect(turns).toEqual(["third"]);
  });

  it("that begin late hold up those whose time has come, which are told how long", () => {
    const { limits, call, time } = make({ requestsPerMinute: 1 });
    const early = pass(limits.enter(call(), 0));
    const late = pass(limits.enter(call(), 60_000));
    expect(late.waitMs).toBe(60_000);
    time.now += 60_000;
    expect(early.begin()).toBe(0);
    expect(late.begin()).toBe(60_000);
    time.now += 60_000;
    expect(late.begin()).toBe(0);
  });
});

describe("rate limits that were met", () => {
  it("halve the rate, which grows by a tenth of what was too much per minute", () => {
    const { limits, enter, time, count } = make({ requestsPerMinute: 600 });
    expect(count(undefined, 100)).toBe(100);
    time.now += 1;
    pass(enter()).end(limited);
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

  it("met by calls that began before the cut say nothing new", () => {
    const { limits, enter, time } = make({});
    const passes = Array.from({ length: 40 }, () => pass(enter()));
    time.now += 10;
    for (const one of passes) one.end(limited);
    expect(limits.exportState()[0]?.requestsPerMinute).toBeCloseTo(20, 1);
  });

  it("never cut below one call in ten seconds, and once more when met again", () => {
    const { limits, enter, time, call } = make({});
    for (let round = 0; round < 10; round += 1) {
      pass(enter()).end(limited);
      time.now += 10_000;
      expect(limits.delayOf(call())).toBeUndefined();
    }
    expect(limits.exportState()[0]?.requestsPerMinute).toBeGreaterThanOrEqual(6);
  });

  it("count calls that fade with time", () => {
    const { limits, enter, time, count } = make({});
    expect(count(undefined, 100)).toBe(100);
    time.now += 60_000;
    pass(enter()).end(limited);
    expect(limits.exportState()[0]?.tooMuchPerMinute).toBeCloseTo(100 / Math.E + 1, 6);
  });

  it("set the pace, as far as it is below the limit", () => {
    const { limits, call, count, time, enter } = make({ requestsPerMinute: 30 });
    limits.restoreState([
      { name: "p:small", tooMuchPerMinute: 24, requestsPerMinute: 12, at: time.now },
      { name: "p:large", tooMuchPerMinute: 80, requestsPerMinute: 40, at: time.now },
    ]);
    expect(count()).toBe(2);
    expect(limits.delayOf(call())).toEqual({
      ms: 5_000,
      reason: "the rate of 12 requests per minute, learnt from its rate limits, is reached for 5000 ms more",
    });
    expect(count(call(1, undefined, "p:large"))).toBe(30);
    expect(enter(call(1, undefined, "p:large"))).toContain("its limit of 30 requests per minute");
  });

  it("no longer bound a model without a limit once they are out of date", () => {
    const { limits, count, time } = make({});
    limits.restoreState([{ name: "p:small", tooMuchPerMinute: 24, requestsPerMinute: 12, at: time.now }]);
    expect(count()).toBe(2);
    time.now += 20 * 60_000;
    expect(count()).toBe(1_000);
  });

  it("are kept of a thousand models, those that were called last", () => {
    const { limits, call } = make({});
    const met = (name: string) => {
      const one = pass(limits.enter(call(1, undefined, name), 0));
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

  it("are not restored where nothing is to be learnt", () => {
    const { limits, count, time } = make({ learn: false });
    limits.restoreState([{ name: "p:small", tooMuchPerMinute: 24, requestsPerMinute: 12, at: time.now }]);
    expect(count()).toBe(1_000);
    expect(() => limits.restoreState({} as never)).toThrow("state.limits");
  });

  it("that waiting does not end change nothing", () => {
    const { limits, enter } = make({});
    pass(enter()).end({ error: { ...limited.error, retryable: false } });
    expect(limits.exportState()).toEqual([]);
  });

  it("are remembered across a restart", () => {
    const before = make({});
    for (const one of Array.from({ length: 40 }, () => pass(before.enter()))) {
      before.time.now += 1;
      one.end(limited);
    }
    const state = JSON.parse(JSON.stringify(before.limits.exportState()));
    const after = make({});
    after.time.now = before.time.now;
    after.limits.restoreState(state);
    expect(after.limits.exportState()).toEqual(state);
    expect(after.count()).toBeLessThan(40);
    expect(() => after.limits.restoreState([{ name: "a" }] as never)).toThrow(
      "state.limits[0].tooMuchPerMinute must be a number above 0, got undefined",
    );
    expect(after.limits.exportState()).toEqual(state);
  });
});

it("a rate that was learnt by a clock that was ahead recovers from now on", () => {
  const { limits, time } = make({});
  time.now = 1_000;
  limits.restoreState([{ name: "a", tooMuchPerMinute: 40, requestsPerMinute: 20, at: 1e15 }]);
  expect(limits.exportState()).toMatchObject([{ at: 1_000 }]);
});

it.each([Number.NaN, -1, Number.POSITIVE_INFINITY])("a provider that tells %s has told nothing", (odd) => {
  const { enter } = make({});
  const first = pass(enter());
  first.onRateLimit({ remainingRequests: odd, limitRequests: 1, resetRequestsMs: 1_000 });
  first.onRateLimit({ remainingTokens: odd, limitTokens: odd, resetTokensMs: odd });
  const second = pass(enter());
  expect(second.waitMs).toBe(0);
  // What it says later is understood.
  second.onRateLimit({ remainingRequests: 0, limitRequests: 60, resetRequestsMs: odd });
  expect(enter()).toMatch(/the limit of requests that its provider tells is reached for \d+ ms more/);
});

describe("options of limits", () => {
  it.each([
    [{ maxConcurrent: 0 }, "execution.limits.maxConcurrent must be an integer of at least 1, got 0"],
    [{ maxConcurrent: 1.5 }, "execution.limits.maxConcurrent must be an integer of at least 1, got 1.5"],
    [{ maxQueued: -1 }, "execution.limits.maxQueued must be an integer in [0, 1000000], got -1"],
    [{ queueTimeoutMs: 0 }, "execution.limits.queueTimeoutMs must be a number in [1, 2147483647], got 0"],
    [{ requestsPerMinute: 0 }, "execution.limits.requestsPerMinute must be"],
    [{ tenant: { maxConcurrent: 1 } }, "execution.limits.tenant.maxConcurrent must be absent"],
    [{ tenant: { tokensPerMinute: Number.NaN } }, "execution.limits.tenant.tokensPerMinute must be"],
    [
      { models: { medium: {} } },
      "execution.limits.models.medium must be absent: known options are small, large",
    ],
    [{ models: { small: { learn: true } } }, "execution.limits.models.small.learn must be absent"],
    [{ models: { small: { maxQueued: 0.5 } } }, "execution.limits.models.small.maxQueued must be an integer"],
    [{ learn: "yes" }, 'execution.limits.learn must be true or false, got "yes"'],
    [{ maxTenants: 0 }, "execution.limits.maxTenants must be"],
    [{ concurrency: 3 }, "execution.limits.concurrency must be absent"],
  ] as const)("%j is refused by name", (options, message) => {
    expect(() => make(options as LimitOptions)).toThrow(message);
  });
});
