import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createPeriodTime } from "../../../src/router/budget/period-time.ts";
import { numRuns } from "../../support/runs.ts";
import { bookOf } from "../../support/spend/book-of.ts";

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

it("a month ahead and back has the end of its own month again, and counts what either month has used", () => {
  let monotonic = 0;
  const noon = Date.UTC(2026, 5, 10, 12);
  const book = bookOf({ limitUsd: 10, period: "month" }, () => monotonic);
  book.open(undefined, noon).settle(3);
  book.open(undefined, noon + 30 * day).settle(4);
  monotonic += hour;
  expect(book.read(undefined, noon + hour).usedUsd).toBe(7);
  expect(book.end(noon + hour)).toBe(Date.UTC(2026, 6, 1));
  // What the state holds goes on so.
  const after = bookOf({ limitUsd: 10, period: "month" }, () => monotonic);
  after.restoreState(JSON.parse(JSON.stringify(book.exportState())), noon + hour);
  for (const one of [book, after]) {
    one.open(undefined, noon + hour).settle(1);
    expect(one.read(undefined, noon + 30 * day).usedUsd).toBe(4);
    expect(one.read(undefined, noon + 60 * day).usedUsd).toBe(0);
  }
});

it("time of periods follows the time of day wherever it jumps, and goes on while it does not move", () => {
  const steps = fc.array(
    fc.record({
      passes: fc.integer({ min: 1, max: 5 * hour }),
      ahead: fc.integer({ min: -400 * day, max: 400 * day }),
    }),
  );
  fc.assert(
    fc.property(steps, (list) => {
      let passed = 0;
      const time = createPeriodTime(() => passed);
      for (const { passes, ahead } of list) {
        passed += passes;
        const wall = start + passed + ahead;
        expect(time.at(wall)).toBe(wall);
        passed += 2 * hour;
        expect(time.at(wall)).toBe(wall + hour);
        // A moment later the clock goes on from where it was.
        expect(time.at(wall + 2 * hour)).toBe(wall + 2 * hour);
      }
    }),
    numRuns(2_000),
  );
});

/** Steps of a clock that is right, ahead by up to years, or behind by up to a day. */
const jumps = fc.array(
  fc.record({
    passes: fc.integer({ min: 1, max: 30 * hour }),
    ahead: fc.oneof(
      fc.constant(0),
      fc.integer({ min: -day, max: 0 }),
      fc.constantFrom(hour, day, 2 * day, 30 * day, 365 * day),
    ),
    cents: fc.integer({ min: 0, max: 1_000 }),
  }),
  { maxLength: 60 },
);

it("no day has more than its limit as the time of day tells it, wherever that jumps", () => {
  fc.assert(
    fc.property(jumps, (list) => {
      let passed = 0;
      const book = bookOf({ limitUsd: 10, period: "day" }, () => passed);
      const cents = new Map<number, number>();
      for (const { passes, ahead, cents: wanted } of list) {
        // The clock is right in between, so that no two jumps back follow one another.
        for (const wall of [start + passed, start + passed + ahead]) {
          const hold = book.open(undefined, wall);
          const granted = Math.min(wanted, Math.max(0, Math.floor(hold.roomUsd() * 100 + 1e-6)));
          hold.settle(granted / 100);
          const of = Math.floor(wall / day);
          cents.set(of, (cents.get(of) ?? 0) + granted);
        }
        passed += passes;
      }
      for (const sum of cents.values()) expect(sum).toBeLessThanOrEqual(1_000);
    }),
    numRuns(5_000),
  );
});

it("a clock that was right, and is right again, refuses nothing from the next day on but for what that day has used", () => {
  fc.assert(
    fc.property(jumps, (list) => {
      let passed = 0;
      const book = bookOf({ limitUsd: 10, period: "day" }, () => passed);
      book.read(undefined, start);
      const usd = new Map<number, number>();
      for (const { passes, ahead } of list) {
        const wall = start + passed + ahead;
        const hold = book.open(undefined, wall);
        const of = Math.floor(wall / day);
        const granted = Math.max(0, hold.roomUsd());
        hold.settle(granted);
        usd.set(of, (usd.get(of) ?? 0) + granted);
        passed += passes;
      }
      book.read(undefined, start + passed);
      for (let later = 1; later < 40; later += 1) {
        passed += day;
        const of = Math.floor((start + passed) / day);
        expect(book.open(undefined, start + passed).roomUsd()).toBeCloseTo(10 - (usd.get(of) ?? 0), 6);
      }
    }),
    numRuns(5_000),
  );
});
