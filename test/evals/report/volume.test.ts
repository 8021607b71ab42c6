import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { OutcomeRecord } from "../../../evals/data/outcomes/outcome-record.ts";
import { volumeOf } from "../../../evals/report/volume.ts";
import { now } from "../../support/evals/report-world.ts";
import { numRuns } from "../../support/runs.ts";

const dayMs = 86_400_000;

/** Records at these numbers of days before now. */
function recordsAt(days: readonly (number | undefined)[]): OutcomeRecord[] {
  return days.map((day, index) => ({
    id: `${index}`,
    prompt: "a",
    at: day === undefined ? undefined : new Date(now - day * dayMs).toISOString(),
    outcomes: {},
  }));
}

/** One record every hour over some days. */
function hourly(days: number): number[] {
  return Array.from({ length: days * 24 + 1 }, (_, hour) => hour / 24);
}

describe("volumeOf", () => {
  it("derives the requests of a mean month from an even pace", () => {
    // 24 a day, and a mean month of 30.4375 days: 730.5.
    expect(volumeOf(recordsAt(hourly(100)), now)).toEqual({
      requests: 731,
      records: 2_401,
      from: new Date(now - 99 * dayMs).toISOString(),
      to: new Date(now - 1 * dayMs).toISOString(),
    });
  });

  it("is not misled by a few wrong clocks", () => {
    const days = hourly(100);
    const wrong = [20_000, 19_999, -400, -9_000];
    expect(volumeOf(recordsAt([...days, ...wrong]), now)?.requests).toBeCloseTo(731, -1);
  });

  it("has no volume for fewer than 100 records, less than a week, times of the future, or records without a time", () => {
    expect(volumeOf([], now)).toBeUndefined();
    expect(volumeOf(recordsAt(hourly(100).slice(0, 99)), now)).toBeUndefined();
    expect(volumeOf(recordsAt(hourly(7)), now)).toBeUndefined();
    expect(volumeOf(recordsAt(hourly(8)), now)).toBeDefined();
    expect(volumeOf(recordsAt(hourly(100).map((day) => -day - 2)), now)).toBeUndefined();
    const days = hourly(50);
    expect(
      volumeOf(recordsAt(days.map((day, at) => (at % 10 === 0 ? undefined : day))), now),
    ).toBeUndefined();
    const odd = recordsAt(days).map((record) => ({ ...record, at: "yesterday" }));
    expect(volumeOf(odd, now)).toBeUndefined();
  });

  it("does not depend on the order of the records, and is a whole number of requests", () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 1_000, noNaN: true }), { maxLength: 300 }), (days) => {
        const volume = volumeOf(recordsAt(days), now);
        expect(volumeOf(recordsAt([...days].reverse()), now)).toEqual(volume);
        if (volume !== undefined) expect(Number.isSafeInteger(volume.requests)).toBe(true);
      }),
      numRuns(2_000),
    );
  });
});
