import { describe, expect, it } from "vitest";
import type { Attempt, ProviderErrorKind } from "../../../src/contracts/index.ts";
import { type Breakers, createBreakers } from "../../../src/router/limits/breakers.ts";
import type { Begun } from "../../../src/router/limits/pause.ts";

type Ended = Pick<Attempt, "name" | "error"> & Begun;

/** Call that began at `begunAt`: by default after any breaker opened. */
const ended = (kind?: ProviderErrorKind, retryAfterMs?: number, begunAt = 1e9): Ended => ({
  name: "a",
  begunAt,
  order: 0,
  error: kind && { code: "provider", message: "", kind, retryAfterMs },
});

const observe = (breakers: Breakers, call: Ended, now: number) => breakers.observe(call, call, now);

/** Breakers that opened at time 0 by ten server errors. */
function opened(options = {}) {
  const breakers = createBreakers({ openMs: 1_000, ...options });
  for (let call = 0; call < 10; call += 1) observe(breakers, ended("server"), 0);
  return breakers;
}

describe("a breaker", () => {
  it("opens at the failure ratio, not below its minimum volume", () => {
    const breakers = createBreakers({ minCalls: 4, failureRatio: 0.5 });
    for (const kind of ["server", "server", undefined] as const) observe(breakers, ended(kind), 0);
    expect(breakers.enter("a", 0)).toBe(true); // 2 of 3, but only 3 calls
    observe(breakers, ended("server"), 0);
    expect(breakers.enter("a", 0)).toBe("its breaker is open (server failures)");
    expect(breakers.enter("b", 0)).toBe(true);
    observe(breakers, { ...ended(), name: "b" }, 0);
    observe(breakers, { ...ended(), name: "b" }, 0);
    for (const expected of [true, false]) {
      observe(breakers, { ...ended("server"), name: "b" }, 0);
      expect(breakers.enter("b", 0) === true).toBe(expected); // 1 of 3, then 2 of 4: exactly the ratio
    }
  });

  it("counts each class of failure separately", () => {
    const breakers = createBreakers({ minCalls: 6, failureRatio: 0.5 });
    for (const kind of ["server", "timeout", "connection", "server", "timeout", undefined] as const)
      observe(breakers, ended(kind), 0);
    expect(breakers.enter("a", 0)).toBe(true);
    for (let call = 0; call < 3; call += 1) observe(breakers, ended("timeout"), 0);
    expect(breakers.enter("a", 0)).toBe("its breaker is open (timeout failures)");
  });

  it("forgets calls older than its window", () => {
    const breakers = createBreakers({ minCalls: 2, windowMs: 1_000 });
    observe(breakers, ended("server"), 0);
    observe(breakers, ended("server"), 1_100);
    expect(breakers.enter("a", 1_100)).toBe(true);
    observe(breakers, ended("server"), 1_200);
    expect(breakers.enter("a", 1_200)).not.toBe(true);
  });

  it("counts a call within a tenth of its window, however calls are spread", () => {
    const breakers = createBreakers({ minCalls: 10, failureRatio: 1, windowMs: 1_000 });
    for (let call = 0; call < 9; call += 1) observe(breakers, ended("server"), call * 100);
    expect(breakers.enter("a", 899)).toBe(true);
    observe(breakers, ended("server"), 999);
    expect(breakers.enter("a", 999)).not.toBe(true);
    const old = createBreakers({ minCalls: 10, failureRatio: 1, windowMs: 1_000 });
    for (let call = 0; call < 9; call += 1) observe(old, ended("server"), call * 100);
    observe(old, ended("server"), 1_000);
    expect(old.enter("a", 1_000)).toBe(true);
    const sliding = createBreakers({ minCalls: 9, failureRatio: 1, windowMs: 1_000 });
    for (let call = 0; call < 8; call += 1) observe(sliding, ended("server"), 50 + call * 100);
    expect(sliding.enter("a", 900)).toBe(true);
    observe(sliding, ended("server"), 960);
    expect(sliding.enter("a", 960)).not.toBe(true);
    const later = createBreakers({ minCalls: 9, failureRatio: 1, windowMs: 1_000 });
    for (let call = 0; call < 9; call += 1)
      observe(later, ended(call === 0 ? undefined : "server"), 50 + call * 100);
    observe(later, ended("server"), 1_020);
    expect(later.enter("a", 1_020)).not.toBe(true);
  });

  it("starts with an empty window once it has closed", () => {
    const breakers = opened();
    expect(breakers.enter("a", 1_000)).toBe(true);
    observe(breakers, ended(), 1_001);
    observe(breakers, ended("server"), 1_002);
    expect(breakers.enter("a", 1_003)).toBe(true);
  });

  it("lets one trial through when its time is over, and closes if it succeeds", () => {
    const breakers = opened();
    expect(breakers.enter("a", 999)).not.toBe(true);
    expect(breakers.enter("a", 1_000)).toBe(true);
    expect(breakers.enter("a", 1_001)).toBe("its breaker waits for a trial call");
    observe(breakers, ended(), 1_002);
    expect([breakers.enter("a", 1_003), breakers.enter("a", 1_003)]).toEqual([true, true]);
    expect(breakers.exportState(1_003)).toEqual([]);
  });

  it("can be asked without taking the trial", () => {
    const breakers = opened();
    expect(breakers.ask("a", 999)).toBe("its breaker is open (server failures)");
    expect([breakers.ask("a", 1_000), breakers.ask("a", 1_000)]).toEqual([true, true]);
    expect(breakers.enter("a", 1_000)).toBe(true);
    expect(breakers.ask("a", 1_001)).toBe("its breaker waits for a trial call");
    expect(breakers.ask("b", 1_001)).toBe(true);
  });

  it("stays open twice as long after each trial that fails, sixteen times at most", () => {
    const breakers = opened();
    let now = 0;
    for (const wait of [1_000, 2_000, 4_000, 8_000, 16_000, 16_000]) {
      expect(breakers.enter("a", now + wait - 1)).not.toBe(true);
      now += wait;
      expect(breakers.enter("a", now)).toBe(true);
      observe(breakers, ended("connection"), now);
    }
  });

  it("frees the trial when it ends without a verdict, or never ends", () => {
    const breakers = opened();
    expect(breakers.enter("a", 1_000)).toBe(true);
    observe(breakers, ended("invalid-request"), 1_001);
    expect(breakers.enter("a", 1_002)).toBe(true);
    expect(breakers.enter("a", 1_003)).not.toBe(true);
    expect(breakers.enter("a", 17_002)).toBe(true);
  });

  it("frees the trial of a call that is not made after all", () => {
    const breakers = opened();
    expect(breakers.enter("a", 1_000)).toBe(true);
    breakers.abandon("a");
    breakers.abandon("never called");
    expect(breakers.enter("a", 1_001)).toBe(true);
    expect(breakers.enter("a", 1_002)).not.toBe(true);
  });

  it("ignores failures that the caller caused", () => {
    const breakers = createBreakers({ minCalls: 1 });
    for (const kind of ["invalid-request", "authentication", "content-filter", "context-overflow"] as const)
      observe(breakers, ended(kind), 0);
    expect(breakers.enter("a", 0)).toBe(true);
  });

  it("ignores calls that began before it opened", () => {
    const breakers = opened();
    observe(breakers, ended(), 10);
    expect(breakers.enter("a", 11)).not.toBe(true);
  });

  it.each([
    ["a success", ended(undefined, undefined, 0)],
    ["a failure", ended("server", undefined, 0)],
    ["an abort", { ...ended(undefined, undefined, 0), error: { code: "unknown", message: "" } }],
    ["a rate limit", ended("rate-limit", 0, 0)],
  ])("lets its trial decide, not %s of a call that began before it opened", (_, late) => {
    const breakers = opened();
    expect(breakers.enter("a", 1_000)).toBe(true);
    observe(breakers, late, 1_500);
    expect(breakers.enter("a", 1_600)).toBe("its breaker waits for a trial call");
    observe(breakers, ended("server", undefined, 1_000), 1_700);
    expect(breakers.exportState(1_700)).toMatchObject([{ failedTrials: 1, openUntil: 3_700 }]);
  });

  it("accepts as its trial a call whose timer fired a little early", () => {
    const breakers = opened();
    expect(breakers.enter("a", 1_000)).toBe(true);
    observe(breakers, ended(undefined, undefined, 999), 1_100);
    expect(breakers.exportState(1_100)).toEqual([]);
  });
});

describe("the cool-down of a rate limit", () => {
  it("lasts as long as the provider says, and is no failure", () => {
    const breakers = createBreakers({ minCalls: 1, coolDownMs: 500 });
    observe(breakers, ended("rate-limit", 2_000), 0);
    expect(breakers.enter("a", 1_999)).toBe("its provider asked for a pause; 1 ms of it are left");
    expect(breakers.enter("a", 2_000)).toBe(true);
    observe(breakers, ended("rate-limit"), 3_000);
    expect(breakers.enter("a", 3_499)).not.toBe(true);
    expect(breakers.enter("a", 3_500)).toBe(true);
  });

  it("frees the trial that met it, and says how long the pause lasts", () => {
    const breakers = opened();
    expect(breakers.enter("a", 1_000)).toBe(true);
    observe(breakers, ended("rate-limit", 500), 1_100);
    expect([breakers.pauseMs("a", 1_200), breakers.pauseMs("a", 9_000), breakers.pauseMs("b", 0)]).toEqual([
      400, 0, 0,
    ]);
    expect(breakers.enter("a", 1_600)).toBe(true);
    expect(breakers.enter("a", 1_601)).not.toBe(true);
  });

  it("lasts ten minutes at most", () => {
    const breakers = createBreakers();
    observe(breakers, ended("rate-limit", 1e12), 0);
    expect(breakers.enter("a", 600_000)).toBe(true);
  });
});

describe("the state of breakers", () => {
  it("survives a restart", () => {
    const before = opened();
    observe(before, { ...ended("rate-limit", 5_000), name: "b" }, 0);
    const state = JSON.parse(JSON.stringify(before.exportState(10)));
    expect(state).toEqual([
      { name: "a", state: "open", failureClass: "server", openUntil: 1_000, failedTrials: 0 },
      { name: "b", state: "closed", coolDownUntil: 5_000, pausedUntil: 5_000 },
    ]);
    const after = createBreakers({ openMs: 1_000 });
    after.restoreState(state, 10);
    expect(after.exportState(10)).toEqual(state);
    expect(after.enter("a", 1_000)).toBe(true);
    expect(after.exportState(1_000)[0]?.state).toBe("half-open");
  });

  it("is refused if it was not exported, and what is known stays", () => {
    const breakers = opened();
    const good = { name: "a", state: "open" } as const;
    expect(() => breakers.restoreState({} as never, 0)).toThrow("breakers must be an array of states");
    expect(() => breakers.restoreState([{ ...good, openUntil: Number.NaN }], 0)).toThrow(
      "breakers[0].openUntil",
    );
    expect(() => breakers.restoreState([{ ...good, coolDownUntil: -1 }], 0)).toThrow(
      "breakers[0].coolDownUntil",
    );
    expect(() => breakers.restoreState([{ ...good, openUntil: 1, failedTrials: 0.5 }], 0)).toThrow(
      "breakers[0].failedTrials",
    );
    expect(() => breakers.restoreState([{ ...good, openUntil: 1, failureClass: "x" as never }], 0)).toThrow(
      "breakers[0].failureClass must be one of connection, timeout, server",
    );
    expect(breakers.enter("a", 0)).not.toBe(true);
  });

  it("ends no later than it could from now on if the clock that wrote it was ahead", () => {
    const breakers = createBreakers({ openMs: 1_000 });
    const ahead = { state: "open", openUntil: 1e15, coolDownUntil: 1e15, failedTrials: 3 } as const;
    breakers.restoreState([{ ...ahead, name: "a" }], 0);
    expect(breakers.pauseMs("a", 0)).toBe(600_000);
    expect(breakers.enter("a", 600_000)).toBe(true);
    breakers.restoreState([{ ...ahead, coolDownUntil: undefined, name: "a" }], 0);
    expect(breakers.enter("a", 15_999)).not.toBe(true);
    expect(breakers.enter("a", 16_000)).toBe(true);
  });

  it("has a bounded number of names", () => {
    const breakers = createBreakers();
    for (let index = 0; index < 2_000; index += 1)
      observe(breakers, { ...ended("rate-limit", 1_000), name: `${index}` }, 0);
    expect(breakers.exportState(0)).toHaveLength(1_000);
  });

  it("keeps the breaker of a name that stays in use while others come and go", () => {
    const breakers = createBreakers({ minCalls: 1, openMs: 1 });
    for (let index = 0; index < 2_000; index += 1) {
      observe(breakers, { ...ended("server"), name: "stays" }, 0);
      observe(breakers, { ...ended("server"), name: `${index}` }, 0);
    }
    expect(breakers.exportState(0).some(({ name }) => name === "stays")).toBe(true);
  });
});
