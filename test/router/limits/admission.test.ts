import { describe, expect, it } from "vitest";
import type { Call } from "../../../src/contracts/ports/index.ts";
import { createAdmission } from "../../../src/router/limits/admission.ts";
import { createBreakers } from "../../../src/router/limits/breakers.ts";
import { createRetryBudget } from "../../../src/router/limits/retry-budget.ts";

function make() {
  const time = { now: 0 };
  const breakers = createBreakers({ minCalls: 1, openMs: 1_000 });
  const retryBudget = createRetryBudget({ ratio: 0, minPerSecond: 0.1 });
  const now = () => time.now;
  const admission = createAdmission({ breakers, retryBudget, hedging: undefined, limits: undefined, now });
  const fail = () =>
    breakers.observe(
      {
        name: "fake:a",
        error: { code: "provider", kind: "server", message: "" },
      },
      { begunAt: time.now, order: 0 },
      time.now,
    );
  return { admission, breakers, time, fail };
}

const callOf = (hop: Call["hop"], more: Partial<Call> = {}): Call => ({
  requestId: "r",
  attemptId: "r/1",
  model: "a",
  name: "fake:a",
  endpoint: "fake:a",
  hop,
  inputTokens: 10,
  outputTokens: 10,
  ...more,
});

describe("admission", () => {
  it("asks without side effect: a half-open breaker keeps its trial for the call that enters", () => {
    const { admission, time, fail } = make();
    fail();
    expect(admission.ask(callOf("answer"), 0)).toMatchObject({ by: "breaker" });
    expect(admission.ask(callOf("answer"), 1_000)).toBe(true);
    time.now = 1_000;
    for (let times = 0; times < 3; times += 1) expect(admission.ask(callOf("answer"), 0)).toBe(true);
    expect("by" in admission.enter(callOf("answer"), 0)).toBe(false);
    expect(admission.ask(callOf("answer"), 0)).toMatchObject({ by: "breaker" });
  });

  it("gives the trial of a call that is not made to the next one, once", () => {
    const { admission, time, fail } = make();
    fail();
    time.now = 1_000;
    const pass = admission.enter(callOf("answer"), 0);
    if ("by" in pass) throw new Error(pass.reason);
    pass.end();
    const next = admission.enter(callOf("answer"), 0);
    expect("by" in next).toBe(false);
    pass.end();
    expect(admission.ask(callOf("answer"), 0)).toMatchObject({ by: "breaker" });
  });

  it("does not free the trial of another call when one that entered before is not made", () => {
    const { admission, time, fail } = make();
    const early = admission.enter(callOf("answer"), 0);
    if ("by" in early) throw new Error(early.reason);
    fail();
    time.now = 1_000;
    admission.enter(callOf("answer"), 0);
    early.end();
    expect(admission.ask(callOf("answer"), 0)).toMatchObject({ by: "breaker" });
  });

  it("refuses a retry without a token, and then keeps neither token nor trial", () => {
    const { admission, time, fail } = make();
    expect("by" in admission.enter(callOf("retry"), 0)).toBe(false);
    fail();
    time.now = 1_000;
    expect(admission.enter(callOf("retry"), 0)).toMatchObject({ by: "retry-budget" });
    expect(admission.ask(callOf("answer"), 0)).toBe(true);
  });

  it("takes the token of a retry back if it succeeds or is not made, once, and keeps it if it fails", () => {
    const { admission } = make();
    const entered = () => {
      const pass = admission.enter(callOf("retry"), 0);
      return "by" in pass ? pass.by : pass;
    };
    const attempt = {
      id: "r/2",
      model: "a",
      name: "fake:a",
      hop: "retry",
      startedAt: "",
      latencyMs: 1,
    } as const;
    for (const ended of [attempt, undefined, attempt]) {
      const pass = entered();
      expect(entered()).toBe("retry-budget");
      if (typeof pass !== "string") pass.end(ended);
      if (typeof pass !== "string") pass.end(ended);
    }
    const pass = entered();
    const error = { code: "provider", kind: "server", message: "" } as const;
    if (typeof pass !== "string") pass.end({ ...attempt, error });
    expect(entered()).toBe("retry-budget");
    // It had a token before, which it gave back when it found no room.
    expect("by" in admission.enter(callOf("retry", { paid: true }), 0)).toBe(false);
  });

  it("gives no trial of a half-open breaker to a direct call", () => {
    const { admission, time, fail } = make();
    fail();
    time.now = 1_000;
    const pass = admission.enter(callOf("check", { direct: true }), 0);
    expect(admission.ask(callOf("answer"), 0)).toBe(true);
    if (!("by" in pass)) pass.end();
    expect("by" in admission.enter(callOf("answer"), 0)).toBe(false);
    expect("by" in admission.enter(callOf("answer"), 0)).toBe(true);
  });

  it("lets direct calls, whatever their hop, and last resorts, pass an open breaker", () => {
    const { admission, fail } = make();
    fail();
    for (const hop of ["check", "classify", "shadow", "repair"] as const) {
      expect("by" in admission.enter(callOf(hop, { direct: true }), 0)).toBe(false);
      expect("by" in admission.enter(callOf(hop), 0)).toBe(true);
    }
    expect("by" in admission.enter(callOf("answer", { lastResort: true }), 0)).toBe(false);
    expect("by" in admission.enter(callOf("answer"), 0)).toBe(true);
  });
});
