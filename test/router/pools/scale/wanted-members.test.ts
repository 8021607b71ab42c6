import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { ScaledMember } from "../../../../src/router/pools/scale/member-need.ts";
import { checkScaleOptions } from "../../../../src/router/pools/scale/scale-options.ts";
import { type Wanted, wantedAfter } from "../../../../src/router/pools/scale/wanted-members.ts";
import { numRuns } from "../../../support/runs.ts";

const optionsOf = (given = {}) => checkScaleOptions("scale", { max: 20, ...given }, true);
const busy = (running: number, waiting = 0, expectedWaitMs?: number): ScaledMember => ({
  isOut: false,
  slots: 4,
  load: { ageMs: 0, running, waiting, expectedWaitMs },
});
const silent: ScaledMember = { isOut: false };
const out: ScaledMember = { isOut: true };
const times = <T>(count: number, one: T): T[] => Array.from({ length: count }, () => one);

/** Returns what is wanted after each reading, one a second. */
function course(readings: readonly (readonly ScaledMember[])[], given = {}): (number | undefined)[] {
  const scale = optionsOf(given);
  let state: Wanted | undefined;
  return readings.map((members, second) => {
    state = wantedAfter(state, { atMs: second * 1_000, members }, scale);
    return state?.wanted;
  });
}

describe("members that are wanted", () => {
  it("are those that are there at the start, whatever they do", () => {
    expect(course([times(5, busy(0))])).toEqual([5]);
    expect(course([times(5, busy(4, 100))])).toEqual([5]);
    expect(course([[]])).toEqual([undefined]);
  });

  it("are more once they were needed for the stated time, by the share that is busy", () => {
    const wanted = course(times(12, times(4, busy(4))));
    expect(wanted).toEqual([...times(10, 4), 5, 5]);
    expect(course(times(2, times(4, busy(4))), { upAfterMs: 0 })[0]).toBe(5);
  });

  it("are so many more that a queue has its turn within the stated time", () => {
    const now = { upAfterMs: 0 };
    // 20 s of wait at each of two: each stands for itself and two more, at 0.8 of what they can.
    expect(course([times(2, busy(4, 80, 20_000))], now)).toEqual([8]);
    expect(course([times(2, busy(4, 80, 20_000))], { ...now, waitMs: 40_000 })).toEqual([4]);
    // Without a rate, by the places that the queue fills.
    expect(course([times(2, busy(4, 8))], now)).toEqual([8]);
  });

  it("are fewer only after the stated time of less, and stay for a peak", () => {
    const readings = [...times(200, times(4, busy(1))), times(4, busy(3)), ...times(400, times(4, busy(1)))];
    const wanted = course(readings);
    expect(new Set(wanted.slice(0, 300))).toEqual(new Set([4]));
    // The peak of second 200 holds until second 201 and 300 seconds after.
    expect(wanted.slice(500, 504)).toEqual([4, 2, 2, 2]);
  });

  it("stay while nothing is known, and where a part is unknown neither let it go nor ask for it", () => {
    expect(new Set(course(times(1_000, times(4, silent))))).toEqual(new Set([4]));
    expect(new Set(course(times(1_000, [busy(0), busy(0), silent, silent])))).toEqual(new Set([4, 3]));
    expect(course(times(1_000, times(4, { isOut: false, load: { ageMs: 0, running: 2 } }))).at(-1)).toBe(4);
  });

  it("count one that is out, which does nothing, besides those that do the work", () => {
    expect(course([[busy(4), busy(4), out]], { upAfterMs: 0 })).toEqual([4]);
    expect(course(times(400, [busy(0), out])).at(-1)).toBe(2);
  });

  it("are those that come one by one after the start of a process, not the first of them", () => {
    const coming = [1, 3, 6, 6, 6].map((count) => times(count, busy(0)));
    expect(course(coming)).toEqual([1, 3, 6, 6, 6]);
  });

  it("by tokens or requests that get done, of the most that can, where places are not known", () => {
    const member = (use: number): ScaledMember => ({ isOut: false, use, load: { ageMs: 0, running: 9 } });
    expect(course(times(301, times(8, member(0.2)))).at(-1)).toBe(3);
    expect(course(times(11, times(8, member(1)))).at(-1)).toBe(10);
  });

  it("are not known by values that are no counts", () => {
    for (const bad of [Number.NaN, Number.POSITIVE_INFINITY, -1]) {
      const load = { ageMs: 0, running: bad, waiting: bad, expectedWaitMs: bad };
      const member = { isOut: false, load, slots: bad, use: bad };
      expect(course(times(400, times(3, member))).at(-1)).toBe(3);
    }
  });
});

const anyNumber = fc.oneof(
  fc.integer({ min: 0, max: 500 }),
  fc.double({ min: -10, max: 1e9 }),
  fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY, undefined),
);
const anyMember: fc.Arbitrary<ScaledMember> = fc.record({
  isOut: fc.boolean(),
  slots: anyNumber,
  use: anyNumber,
  load: fc.option(
    fc.record({
      ageMs: fc.constant(0),
      running: anyNumber,
      waiting: anyNumber,
      expectedWaitMs: anyNumber,
    }),
    { nil: undefined },
  ),
});
const anyOptions = fc
  .record({
    min: fc.integer({ min: 1, max: 5 }),
    more: fc.integer({ min: 0, max: 1_000 - 5 }),
    target: fc.double({ min: 0.1, max: 1, noNaN: true }),
    waitMs: fc.integer({ min: 1, max: 60_000 }),
    upAfterMs: fc.integer({ min: 0, max: 20_000 }),
    downAfterMs: fc.integer({ min: 0, max: 60_000 }),
  })
  .map(({ more, ...rest }) => ({ ...rest, max: rest.min + more }));

describe("in any course of a load", () => {
  it("they are a whole number between min and max, and what is kept is bounded", () => {
    const readings = fc.array(fc.tuple(fc.integer({ min: -5, max: 90_000 }), fc.array(anyMember)), {
      maxLength: 60,
    });
    fc.assert(
      fc.property(anyOptions, readings, (given, steps) => {
        const scale = optionsOf(given);
        let state: Wanted | undefined;
        let atMs = 0;
        for (const [passed, members] of steps) {
          atMs += passed;
          state = wantedAfter(state, { atMs, members }, scale);
          if (state === undefined) continue;
          expect(Number.isInteger(state.wanted)).toBe(true);
          expect(state.wanted).toBeGreaterThanOrEqual(given.min);
          expect(state.wanted).toBeLessThanOrEqual(given.max);
          for (const held of [state.needed, state.enough])
            expect(held.length).toBeLessThanOrEqual(given.max - given.min + 1);
        }
      }),
      numRuns(1_000),
    );
  });

  it("more load never makes them fewer", () => {
    const one = fc.record({
      running: fc.integer({ min: 0, max: 4 }),
      waiting: fc.integer({ min: 0, max: 50 }),
      moreRunning: fc.integer({ min: 0, max: 4 }),
      moreWaiting: fc.integer({ min: 0, max: 50 }),
    });
    const steps = fc
      .integer({ min: 1, max: 6 })
      .chain((size) =>
        fc.array(fc.array(one, { minLength: size, maxLength: size }), { minLength: 1, maxLength: 80 }),
      );
    fc.assert(
      fc.property(anyOptions, steps, fc.boolean(), (given, readings, hasRate) => {
        const waitOf = (waiting: number) => (hasRate ? waiting * 500 : undefined);
        const less = course(
          readings.map((all) =>
            all.map(({ running, waiting }) => busy(waiting > 0 ? 4 : running, waiting, waitOf(waiting))),
          ),
          given,
        );
        const more = course(
          readings.map((all) =>
            all.map((step) => {
              const waiting = step.waiting + step.moreWaiting;
              const running = waiting > 0 ? 4 : Math.min(4, step.running + step.moreRunning);
              return busy(running, waiting, waitOf(waiting));
            }),
          ),
          given,
        );
        for (const [second, wanted] of less.entries())
          expect(more[second]).toBeGreaterThanOrEqual(wanted as number);
      }),
      numRuns(1_000),
    );
  });

  it("noise of a tenth never has them go up after down, or down after up", () => {
    const noise = fc.array(fc.double({ min: 1, max: 1.1, noNaN: true }), { minLength: 30, maxLength: 200 });
    const use = fc.double({ min: 0, max: 0.9, noNaN: true });
    fc.assert(
      fc.property(anyOptions, fc.integer({ min: 1, max: 20 }), use, noise, (given, size, share, factors) => {
        const readings = factors.map((factor) =>
          times(size, { isOut: false, use: share * factor, load: { ageMs: 0, running: 1 } }),
        );
        const wanted = course(readings, given) as number[];
        const signs = wanted.slice(1).map((count, at) => Math.sign(count - (wanted[at] ?? 0)));
        expect(new Set(signs.filter((sign) => sign !== 0)).size).toBeLessThanOrEqual(1);
      }),
      numRuns(1_000),
    );
  });
});

describe("the options", () => {
  it.each([
    [{ max: 0 }, "scale.max"],
    [{ max: 3, min: 4 }, "scale.min"],
    [{ max: 3, min: 0 }, "scale.min"],
    [{ max: 3, target: Number.NaN }, "scale.target"],
    [{ max: 3, downAfter: 5 }, "downAfter"],
    [{}, "scale.max"],
  ])("%o names %s", (given, named) => {
    expect(() => checkScaleOptions("scale", given as { max: number }, true)).toThrow(named);
  });

  it("need a load", () => {
    expect(() => checkScaleOptions("pool.scale", { max: 2 }, false)).toThrow("load: true");
  });
});
