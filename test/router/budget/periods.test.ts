import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type BudgetOptions,
  resolveBudget,
  resolveBudgets,
} from "../../../src/router/budget/budget-options.ts";
import { numRuns } from "../../support/runs.ts";

const hour = 3_600_000;
const zones = [
  "UTC",
  "Europe/Berlin",
  "America/New_York",
  "America/Sao_Paulo",
  "Asia/Kolkata",
  "Australia/Lord_Howe",
  "Pacific/Apia",
  "America/Havana",
  "Africa/Cairo",
  "Pacific/Kiritimati",
];

/** Times at which clocks of these zones changed. */
const changes = [
  "2026-04-04T15:00:00Z",
  "2026-10-03T15:30:00Z",
  "2026-03-29T01:00:00Z",
  "2026-10-25T01:00:00Z",
  "2018-11-04T03:00:00Z",
  "2011-12-30T10:00:00Z",
].map((text) => Date.parse(text));

const periodOf = (period: "hour" | "day" | "month", timeZone: string) => {
  const { periods } = resolveBudget({ limitUsd: 1, period, timeZone });
  if (periods === undefined) throw new Error("no periods");
  return periods;
};
const at = (text: string) => Date.parse(text);

describe("the period of a budget", () => {
  it.each([
    // A day of the zone, and not of UTC.
    ["day", "Europe/Berlin", "2026-01-31T23:30:00Z", "2026-01-31T23:00:00Z", "2026-02-01T23:00:00Z"],
    // The clock is set forward: 23 hours; and back: 25 hours.
    ["day", "Europe/Berlin", "2026-03-29T12:00:00Z", "2026-03-28T23:00:00Z", "2026-03-29T22:00:00Z"],
    ["day", "Europe/Berlin", "2026-10-25T00:30:00Z", "2026-10-24T22:00:00Z", "2026-10-25T23:00:00Z"],
    // There was no midnight: the clock went from 23:59 to 01:00.
    ["day", "America/Sao_Paulo", "2018-11-04T12:00:00Z", "2018-11-04T03:00:00Z", "2018-11-05T02:00:00Z"],
    // Midnight came twice.
    ["day", "America/Havana", "2026-11-01T05:30:00Z", "2026-11-01T04:00:00Z", "2026-11-02T05:00:00Z"],
    // 30 December 2011 was left out.
    ["day", "Pacific/Apia", "2011-12-30T09:00:00Z", "2011-12-29T10:00:00Z", "2011-12-30T10:00:00Z"],
    ["month", "America/New_York", "2026-03-01T04:59:59Z", "2026-02-01T05:00:00Z", "2026-03-01T05:00:00Z"],
    ["month", "America/New_York", "2026-03-31T12:00:00Z", "2026-03-01T05:00:00Z", "2026-04-01T04:00:00Z"],
    ["month", "UTC", "2028-02-29T23:59:59Z", "2028-02-01T00:00:00Z", "2028-03-01T00:00:00Z"],
    ["month", "Asia/Kolkata", "2026-12-31T18:29:59Z", "2026-11-30T18:30:00Z", "2026-12-31T18:30:00Z"],
    ["hour", "Asia/Kolkata", "2026-01-01T00:10:00Z", "2025-12-31T23:30:00Z", "2026-01-01T00:30:00Z"],
    // The clock is set back from 02:00 to 01:30, and forward from 02:00 to 02:30: a half hour is left.
    ["hour", "Australia/Lord_Howe", "2026-04-04T14:50:00Z", "2026-04-04T14:00:00Z", "2026-04-04T15:00:00Z"],
    ["hour", "Australia/Lord_Howe", "2026-04-04T15:10:00Z", "2026-04-04T15:00:00Z", "2026-04-04T15:30:00Z"],
    ["hour", "Australia/Lord_Howe", "2026-10-03T15:10:00Z", "2026-10-03T14:30:00Z", "2026-10-03T15:30:00Z"],
    ["hour", "Australia/Lord_Howe", "2026-10-03T15:40:00Z", "2026-10-03T15:30:00Z", "2026-10-03T16:00:00Z"],
    // An hour that is shown twice is two hours.
    ["hour", "Europe/Berlin", "2026-10-25T01:30:00Z", "2026-10-25T01:00:00Z", "2026-10-25T02:00:00Z"],
  ] as const)("%s in %s at %s", (period, zone, now, start, end) => {
    expect(periodOf(period, zone).of(at(now))).toEqual({ start: at(start), end: at(end) });
  });

  it("holds each time, ends where the next one begins, and is not longer than it says", () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...zones),
        fc.constantFrom("hour" as const, "day" as const, "month" as const),
        fc.oneof(
          fc.integer({ min: Date.UTC(1990, 0), max: Date.UTC(2040, 0) }),
          // Around a change of each zone's clock.
          fc
            .record({ at: fc.constantFrom(...changes), by: fc.integer({ min: -3 * hour, max: 3 * hour }) })
            .map(({ at: change, by }) => change + by),
        ),
        (zone, unit, now) => {
          const periods = periodOf(unit, zone);
          const { start, end } = periods.of(now);
          expect(start).toBeLessThanOrEqual(now);
          expect(end).toBeGreaterThan(now);
          expect(end - start).toBeLessThanOrEqual(periods.lengthMs);
          // A day of which only an hour is left may be as short as that, and an hour half as long.
          expect(end - start).toBeGreaterThanOrEqual(unit === "hour" ? hour / 2 : hour);
          expect(periods.of(end).start).toBe(end);
          expect(periods.of(start - 1).end).toBe(start);
          expect(periods.of(start)).toEqual({ start, end });
          // By another object, which has nothing remembered.
          expect(periodOf(unit, zone).of(end - 1)).toEqual({ start, end });
        },
      ),
      numRuns(2_000),
    );
  });
});

describe("options of budgets", () => {
  const day = { limitUsd: 1, period: "day" } as const;
  it.each([
    [{ ...day, limitUsd: -1 }, "limitUsd"],
    [{ ...day, limitUsd: Number.NaN }, "limitUsd"],
    [{ ...day, limitUsd: 9_007_200 }, "limitUsd"],
    [{ ...day, limitUsd: 1e-10 }, "limitUsd"],
    [{ ...day, limitTokens: 5 }, "limitUsd"],
    [{ period: "day", limitTokens: 0.5 }, "limitTokens"],
    [{ period: "day", limitTokens: 2 ** 53 }, "limitTokens"],
    [{ ...day, timeZone: "Mars/Olympus" }, "timeZone"],
    [{ ...day, timeZone: "" }, "timeZone"],
    [{ ...day, timeZone: 3 }, "timeZone"],
    [{ limitUsd: 1, period: "total", timeZone: "Europe/Berlin" }, "timeZone"],
    [{ ...day, name: "a/b" }, "name"],
    [{ ...day, name: "x".repeat(65) }, "name"],
    [{ ...day, per: "user" }, "per"],
    [{ ...day, per: { label: "" } }, "per"],
    [{ ...day, per: { label: "a", more: 1 } }, "per.more"],
    [{ ...day, lapse: "forget" }, "lapse"],
    [{ ...day, onReached: "shrug" }, "onReached"],
    [{ ...day, onReached: "degrade" }, "degrade"],
    [{ ...day, degrade: { to: "none" } }, "degrade.to"],
    [{ ...day, degrade: { to: [] } }, "degrade.to"],
    [{ ...day, degrade: [{ to: "small", from: 0 }] }, "degrade[0].from"],
    [{ ...day, degrade: { to: "small", below: 2 } }, "degrade.below"],
    [{ limitUsd: 1, period: "request", degrade: { to: "small" } }, "degrade"],
  ])("refuse %j", (options, option) => {
    const resolve = () => resolveBudgets([options as unknown as BudgetOptions], ["small"]);
    expect(resolve).toThrow(
      expect.objectContaining({ code: "invalid-option", option: `budgets[0].${option}` }),
    );
  });

  it("refuse two budgets of one name, too many, and one that is not in a list", () => {
    const refused = (given: unknown, option: string) =>
      expect(() => resolveBudgets(given, [])).toThrow(expect.objectContaining({ option }));
    refused([day, day], "budgets[1].name");
    refused(
      Array.from({ length: 17 }, (_, at) => ({ ...day, name: `b${at}` })),
      "budgets",
    );
    refused(day, "budgets");
    expect(resolveBudgets([], [])).toEqual([]);
  });

  it("are read once", () => {
    const per = { label: "user" };
    const degrade = { to: ["small"], from: 0.5 };
    const options = { limitUsd: 1, period: "day" as const, per, degrade };
    const budget = resolveBudget(options, "budget", ["small"]);
    const before = JSON.stringify(budget);
    options.limitUsd = 1_000;
    per.label = "team";
    degrade.to.push("large");
    degrade.from = 1;
    expect(JSON.stringify(budget)).toBe(before);
  });
});
