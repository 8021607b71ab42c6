import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createPeriodTime } from "../../src/budget/period-time.ts";
import { numRuns } from "../support/runs.ts";
import { bookOf } from "../support/spend/book-of.ts";

const hour = 3_600_000;
const day = 24 * hour;
const year = 365 * day;
const start = Date.UTC(2026, 5, 1);

/** A budget of 10 USD a day, all of which is spent whenever there is some, and the true time. */
function spender() {
  const time = { true: 0, ahead: 0 };
  const book = bookOf({ limitUsd: 10, period: "day" }, () => time.true);
  const wall = () => start + time.true + time.ahead;
  const spend = (): number => {
    const { usedUsd, limitUsd } = book.read(undefined, wall());
    book.open(undefined, wall()).settle(limitUsd - usedUsd);
    return limitUsd - usedUsd;
  };
  /** Spends what it can each half hour, and returns the sum. */
  const spendFor = (ms: number): number => {
    let sum = 0;
    for (const end = time.true + ms; time.true < end; time.true += hour / 2) sum += spend();
    return sum;
  };
  return { time, book, wall, spend, spendFor };
}

describe("a budget whose clock is set back", () => {
  it.each([
    ["an hour", hour],
    ["a day", day],
    ["a year", year],
  ])("by %s grants no second budget and locks no one out", (_, by) => {
    const { time, spend, spendFor } = spender();
    expect(spendFor(12 * hour)).toBe(10);
    time.ahead = -by;
    expect(spend()).toBe(0);
    expect(spendFor(11 * hour)).toBe(0);
    const later = spendFor(10 * day);
    expect(later).toBeGreaterThanOrEqual(90);
    expect(later).toBeLessThanOrEqual(100);
    // When it is set right, there is one new budget at most.
    time.ahead = 0;
    expect(spendFor(10 * day)).toBeLessThanOrEqual(110);
  });

  it("and forward again and again grants one budget a day", () => {
    const { time, spend } = spender();
    let sum = 0;
    for (let jump = 0; jump < 480; jump += 1, time.true += hour / 2) {
      time.ahead = jump % 2 === 0 ? 0 : -3 * hour;
      sum += spend();
    }
    expect(sum).toBeLessThanOrEqual(110);
    expect(sum).toBeGreaterThanOrEqual(90);
  });

  it("stands still for good ends its periods anyway", () => {
    const { time, book, spend } = spender();
    spend();
    const stopped = start;
    let sum = 0;
    for (; time.true < 10 * day; time.true += hour) {
      time.ahead = -time.true - 1;
      const { usedUsd } = book.read(undefined, stopped - 1);
      book.open(undefined, stopped - 1).settle(10 - usedUsd);
      sum += 10 - usedUsd;
    }
    expect(sum).toBeGreaterThanOrEqual(40);
    expect(sum).toBeLessThanOrEqual(110);
  });
});

it("a budget whose clock was ahead by years for a moment grants one more budget, and goes on", () => {
  const { time, spend, spendFor } = spender();
  spend();
  time.ahead = 74 * year;
  expect(spend()).toBe(10);
  time.ahead = 0;
  expect(spend()).toBe(0);
  const later = spendFor(10 * day);
  expect(later).toBeGreaterThanOrEqual(90);
  expect(later).toBeLessThanOrEqual(100);
});

it("spend of a period that has not begun by this clock counts until it is over", () => {
  const before = spender();
  before.time.true = day + hour;
  before.spend();
  const state = JSON.parse(JSON.stringify(before.book.exportState()));
  const after = spender();
  // Its clock is two hours behind: it is still the day before.
  after.time.true = day + hour;
  after.time.ahead = -2 * hour;
  after.book.restoreState(state, after.wall());
  expect(after.spendFor(22 * hour)).toBe(0);
  expect(after.spendFor(26 * hour)).toBe(10);
});

it("time of periods never goes back, follows a right clock exactly, and never stands still", () => {
  const steps = fc.array(
    fc.record({
      passes: fc.integer({ min: 1, max: 5 * hour }),
      ahead: fc.oneof({ weight: 4, arbitrary: fc.constant(0) }, fc.integer({ min: -2 * day, max: 2 * day })),
    }),
  );
  fc.assert(
    fc.property(steps, (list) => {
      let passed = 0;
      const time = createPeriodTime(day, () => passed);
      let last = Number.NEGATIVE_INFINITY;
      let most = Number.NEGATIVE_INFINITY;
      for (const { passes, ahead } of list) {
        passed += passes;
        const wall = start + passed + ahead;
        const now = time.at(wall);
        expect(now).toBeGreaterThan(last);
        expect(now).toBeGreaterThanOrEqual(wall);
        // Ahead of the clock only if the clock was.
        most = Math.max(most + passes, wall);
        expect(now).toBeLessThanOrEqual(most);
        last = now;
      }
    }),
    numRuns(2_000),
  );
});
