import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createPace } from "../../../evals/collect/pace.ts";
import { runs } from "../../support/runs.ts";

describe("the pace of a model", () => {
  it("is none without limits", () => {
    const pace = createPace({}, () => 0);
    expect([pace.enter(1e9), pace.enter(1e9), pace.pauseMs()]).toEqual([0, 0, 0]);
  });

  it("spreads requests over the minute", () => {
    const pace = createPace({ requestsPerMinute: 60 }, () => 0);
    expect(Array.from({ length: 4 }, () => pace.enter(1))).toEqual([0, 1_000, 2_000, 3_000]);
  });

  it("spreads tokens over the minute, and corrects what was estimated", () => {
    const pace = createPace({ tokensPerMinute: 6_000 }, () => 0);
    expect([pace.enter(100), pace.enter(100)]).toEqual([0, 1_000]);
    pace.correct(200);
    expect(pace.enter(100)).toBe(4_000);
  });

  it("pauses as long as the provider asks, the longest of all pauses", () => {
    let now = 0;
    const pace = createPace({}, () => now);
    pace.pause(5_000);
    pace.pause(1_000);
    expect(pace.pauseMs()).toBe(5_000);
    now = 5_000;
    expect(pace.pauseMs()).toBe(0);
  });

  it("lets at most its rate and a second's worth begin in the first minute", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 600 }),
        fc.array(fc.integer({ min: 0, max: 500 })),
        (rate, gaps) => {
          let now = 0;
          const pace = createPace({ requestsPerMinute: rate }, () => now);
          let begun = 0;
          for (const gap of gaps) {
            now += gap;
            if (now + pace.enter(1) <= 60_000) begun += 1;
          }
          expect(begun).toBeLessThanOrEqual(rate + Math.max(1, rate / 60) + 1e-6);
        },
      ),
      { numRuns: runs(200, 10_000) },
    );
  });
});
