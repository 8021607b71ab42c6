import { describe, expect, it } from "vitest";
import { always } from "../../../policies/index.ts";
import { createRouter } from "../../../src/index.ts";
import { createResponseCache, resolveCacheOptions } from "../../../src/router/cache/index.ts";
import { completionOf, fakeModel } from "../../../src/testing/index.ts";
import { responseCacheConformance } from "../../support/response-cache-conformance.ts";

describe("the cache in memory", () => {
  responseCacheConformance((options = {}) => {
    let at = 0;
    const clock = { wall: () => at, monotonic: () => at };
    const pass = (ms: number) => {
      at += ms;
    };
    return { cache: createResponseCache(resolveCacheOptions(options), { small: fakeModel() }, clock), pass };
  });

  it("counts the names of tenants: thousands of long ones do not fill the memory beyond its bound", () => {
    const clock = { wall: () => 0, monotonic: () => 0 };
    const options = resolveCacheOptions({ maxBytes: 65_536 });
    const cache = createResponseCache(options, { small: fakeModel() }, clock);
    const tenants = Array.from({ length: 100 }, (_, at) => `${at}${"ä".repeat(1_000)}`);
    for (const [at, tenant] of tenants.entries())
      cache.put(`k${at}`, {
        completion: completionOf("a"),
        model: "small",
        tenant,
        attemptId: "1",
        dropped: undefined,
        usage: undefined,
        costUsd: undefined,
      });
    const kept = tenants.filter((_, at) => cache.get(`k${at}`) !== undefined).length;
    expect(kept).toBeGreaterThan(10);
    expect(kept * 2_000).toBeLessThan(65_536);
  });

  it("ends an answer by the clock that says more, and never makes it younger", () => {
    const time = { wall: 1_000, monotonic: 1_000 };
    const clock = { wall: () => time.wall, monotonic: () => time.monotonic };
    const cache = createResponseCache(resolveCacheOptions({ ttlMs: 100 }), { small: fakeModel() }, clock);
    const put = () =>
      cache.put("k", {
        completion: completionOf("a"),
        model: "small",
        tenant: undefined,
        attemptId: "1",
        dropped: undefined,
        usage: undefined,
        costUsd: undefined,
      });
    put();
    time.wall -= 900;
    expect(cache.get("k")?.from.ageMs).toBe(0);
    time.monotonic += 100;
    expect(cache.get("k")).toBeUndefined();
    put();
    // The machine slept: only the time of day went on.
    time.wall += 100;
    expect(cache.get("k")).toBeUndefined();
  });
});

describe("the option `cache`", () => {
  const wrong = [
    [{ fields: "a" }, "cache.fields"],
    [{ fields: [""] }, "cache.fields"],
  ] as const;

  it.each(wrong)("refuses %j", (cache, option) => {
    const make = () =>
      createRouter({ models: { small: fakeModel() }, policy: always("small"), cache: cache as never });
    expect(make).toThrow(expect.objectContaining({ code: "invalid-option", option }));
  });

  it.each([true, 1, "on", null, []])("refuses %j in place of options", (cache) => {
    const make = () =>
      createRouter({ models: { small: fakeModel() }, policy: always("small"), cache: cache as never });
    expect(make).toThrow(expect.objectContaining({ code: "invalid-option" }));
  });
});
