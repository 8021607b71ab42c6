import fc from "fast-check";
import { describe, expect, it, test } from "vitest";
import { ProviderError, recordError } from "../../../src/contracts/index.ts";
import { createHealth, type HealthTracker } from "../../../src/router/health/health.ts";
import { runs } from "../../support/runs.ts";

const failure = (kind: ProviderError["kind"]) => recordError(new ProviderError({ kind, model: "m" }));
const succeed = (health: HealthTracker, now: number) => health.observe({ name: "m" }, now);
const fail = (health: HealthTracker, now: number, kind: ProviderError["kind"] = "server") =>
  health.observe({ name: "m", error: failure(kind) }, now);

describe("health", () => {
  it("is unknown for a model that was not called", () => {
    expect(createHealth().of("m", 0)).toBeUndefined();
  });

  it("is good until there are enough calls, and bad from the share of failures on", () => {
    const health = createHealth({ minCalls: 4, failureRatio: 0.5 });
    for (const now of [1, 2, 3]) fail(health, now);
    expect(health.of("m", 3)).toEqual({ healthy: true });
    fail(health, 4);
    expect(health.of("m", 4)).toEqual({ healthy: false });
  });

  it("comes back with successes", () => {
    const health = createHealth({ minCalls: 4 });
    for (const now of [1, 2, 3, 4]) fail(health, now);
    for (const now of [5, 6, 7, 8]) succeed(health, now);
    expect(health.of("m", 8)?.healthy).toBe(false); // 4 of 8
    succeed(health, 9);
    expect(health.of("m", 9)?.healthy).toBe(true); // 4 of 9
  });

  it("comes back when the failures are older than the window, and is then unknown", () => {
    const health = createHealth({ minCalls: 2, windowMs: 1_000 });
    fail(health, 100);
    fail(health, 200);
    expect(health.of("m", 1_099)?.healthy).toBe(false);
    expect(health.of("m", 1_100)?.healthy).toBe(true);
    expect(health.of("m", 1_200)).toBeUndefined();
  });

  test.each(["server", "overloaded", "timeout", "connection", "incomplete"] as const)(
    "counts the failure %s",
    (kind) => {
      const health = createHealth({ minCalls: 1 });
      fail(health, 0, kind);
      expect(health.of("m", 0)?.healthy).toBe(false);
    },
  );

  test.each([
    "authentication",
    "permission",
    "not-found",
    "invalid-request",
    "too-large",
    "context-overflow",
    "content-filter",
    "rate-limit",
    "conflict",
    "unsupported",
    "unknown",
  ] as const)("does not count %s, which is no failure of the endpoint", (kind) => {
    const health = createHealth({ minCalls: 1 });
    fail(health, 0, kind);
    expect(health.of("m", 0)).toBeUndefined();
  });

  it("does not count an abort or a deadline", () => {
    const health = createHealth({ minCalls: 1 });
    health.observe({ name: "m", error: recordError(new DOMException("x", "AbortError")) }, 0);
    health.observe({ name: "m", error: { code: "deadline-exceeded", message: "" } }, 0);
    expect(health.of("m", 0)).toBeUndefined();
  });
});

describe("p95 of the time to first token", () => {
  const stream = (health: HealthTracker, firstTokenMs: number, now: number) =>
    health.observe({ name: "m", firstTokenMs }, now);

  it("is the nearest-rank percentile of at least 20 streams", () => {
    const health = createHealth();
    for (let ms = 1; ms < 20; ms += 1) stream(health, ms, 0);
    expect(health.of("m", 0)).toEqual({ healthy: true });
    stream(health, 20, 0);
    expect(health.of("m", 0)?.p95FirstTokenMs).toBe(19); // ceil(0.95 * 20) = 19th of 20
  });

  it("ignores calls that do not stream", () => {
    const health = createHealth();
    for (let call = 0; call < 50; call += 1) succeed(health, 0);
    expect(health.of("m", 0)).toEqual({ healthy: true });
  });

  it("counts streams that the caller stopped reading", () => {
    const health = createHealth();
    const error = recordError(new DOMException("the consumer stopped reading", "AbortError"));
    for (let call = 0; call < 20; call += 1) health.observe({ name: "m", firstTokenMs: 7, error }, 0);
    expect(health.of("m", 0)?.p95FirstTokenMs).toBe(7);
  });

  it("forgets old streams, so that a model which was slow once is tried again", () => {
    const health = createHealth({ windowMs: 10, firstTokenWindowMs: 1_000 });
    for (let call = 0; call < 20; call += 1) stream(health, 9_000, call);
    expect(health.of("m", 999)?.p95FirstTokenMs).toBe(9_000);
    expect(health.of("m", 1_000)).toBeUndefined(); // 19 are left
  });

  it("equals that of the last 100 streams, whatever came before", () => {
    fc.assert(
      fc.property(fc.array(fc.nat({ max: 50 }), { minLength: 20, maxLength: 250 }), (times) => {
        const health = createHealth();
        times.forEach((ms, now) => {
          stream(health, ms, now);
        });
        const last = times.slice(-100).sort((a, b) => a - b);
        expect(health.of("m", times.length)?.p95FirstTokenMs).toBe(last[Math.ceil(0.95 * last.length) - 1]);
      }),
      { numRuns: runs(50, 1_000) },
    );
  });
});

it("health agrees with a count over all calls within the window, at any time", () => {
  const step = fc.record({ afterMs: fc.nat({ max: 400 }), failed: fc.boolean() });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 90 }), (steps) => {
      const health = createHealth({ windowMs: 1_000, minCalls: 3, failureRatio: 0.4 });
      const seen: { at: number; failed: boolean }[] = [];
      let now = 0;
      for (const { afterMs, failed } of steps) {
        now += afterMs;
        seen.push({ at: now, failed });
        if (failed) fail(health, now);
        else succeed(health, now);
        for (const later of [0, 250, 1_000]) {
          const recent = seen.filter(({ at }) => at + 1_000 > now + later);
          const failures = recent.filter((one) => one.failed).length;
          const expected = recent.length < 3 || failures < 0.4 * recent.length;
          // Reading ahead drops what is old: a copy is asked.
          const copy = createHealth({ windowMs: 1_000, minCalls: 3, failureRatio: 0.4 });
          copy.restoreState(health.exportState(), now);
          expect(copy.of("m", now + later)?.healthy ?? true).toBe(expected);
        }
      }
    }),
    { numRuns: runs(50, 1_000) },
  );
});

describe("the memory of health", () => {
  it("returns the same object as long as nothing changes", () => {
    const health = createHealth();
    succeed(health, 0);
    const first = health.of("m", 1);
    succeed(health, 2);
    expect(health.of("m", 3)).toBe(first);
  });

  it("has a bounded number of names and of calls", () => {
    const health = createHealth({ maxNames: 3, minCalls: 1 });
    for (const name of ["a", "b", "c", "a", "d"]) health.observe({ name }, 0);
    expect(health.exportState().models.map(({ name }) => name)).toEqual(["c", "a", "d"]);
    for (let call = 0; call < 500; call += 1) health.observe({ name: "a", firstTokenMs: call }, 0);
    const [model] = health.exportState().models.filter(({ name }) => name === "a");
    expect([model?.outcomes.length, model?.firstTokens.length]).toEqual([100, 100]);
  });

  it("keeps its order when the clock is set back", () => {
    const health = createHealth({ minCalls: 1, windowMs: 1_000 });
    fail(health, 5_000);
    succeed(health, 10);
    expect(health.of("m", 5_999)?.healthy).toBe(false);
    expect(health.of("m", 6_000)).toBeUndefined();
  });

  it("is exported as JSON and restored", () => {
    const health = createHealth({ minCalls: 2 });
    for (let call = 0; call < 30; call += 1) health.observe({ name: "m", firstTokenMs: call }, call);
    for (let call = 0; call < 40; call += 1) fail(health, 50 + call);
    const restored = createHealth({ minCalls: 2 });
    restored.restoreState(JSON.parse(JSON.stringify(health.exportState())), 100);
    expect(restored.of("m", 100)).toEqual(health.of("m", 100));
    expect(restored.of("m", 100)).toEqual({ healthy: false, p95FirstTokenMs: 28 });
    expect(restored.exportState()).toEqual(health.exportState());
  });

  it("grows old even if the clock that wrote it was ahead", () => {
    const ahead = createHealth();
    for (let call = 0; call < 20; call += 1) {
      fail(ahead, 1e12);
      ahead.observe({ name: "m", firstTokenMs: 5 }, 1e12);
      fail(ahead, 1e12);
    }
    const health = createHealth();
    health.restoreState(ahead.exportState(), 0);
    expect(health.of("m", 0)).toEqual({ healthy: false, p95FirstTokenMs: 5 });
    expect(health.of("m", 60_000)).toEqual({ healthy: true, p95FirstTokenMs: 5 });
    expect(health.of("m", 600_000)).toBeUndefined();
  });

  test.each([
    [undefined, "health.state"],
    [{ formatVersion: 2, models: [] }, "health.state"],
    [{ formatVersion: 1, models: [{ name: "" }] }, "health.state.models[0].outcomes"],
    [
      { formatVersion: 1, models: [{ name: "m", outcomes: [{ at: 0, failed: 1 }], firstTokens: [] }] },
      "health.state.models[0].outcomes[0].failed",
    ],
    [
      { formatVersion: 1, models: [{ name: "m", outcomes: [], firstTokens: [{ at: 0, ms: -1 }] }] },
      "health.state.models[0].firstTokens[0].ms",
    ],
  ])("refuses the state %j and keeps what it has", (state, option) => {
    const health = createHealth();
    succeed(health, 0);
    expect(() => health.restoreState(state as never, 0)).toThrow(expect.objectContaining({ option }));
    expect(health.of("m", 0)).toEqual({ healthy: true });
  });
});
