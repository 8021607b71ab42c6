import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type BudgetOptions,
  resolveBudget,
  resolveBudgets,
} from "../../../src/router/budget/budget-options.ts";
import { createSharedWindows } from "../../../src/router/budget/shared-windows.ts";
import { firstTime, zoneTime } from "../../../src/router/budget/zone-time.ts";
import { fakeModel } from "../../../src/testing/index.ts";
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

const cutBy = (options: BudgetOptions) => {
  const { periods } = resolveBudget({ limitUsd: 1, ...options });
  if (periods === undefined) throw new Error("no periods");
  return periods;
};
const periodOf = (period: "hour" | "day" | "week" | "month", timeZone: string) => cutBy({ period, timeZone });
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
    // Weeks begin on Monday, also over the new year and over changes of the clock: 167 and 169 hours.
    ["week", "UTC", "2027-01-02T12:00:00Z", "2026-12-28T00:00:00Z", "2027-01-04T00:00:00Z"],
    ["week", "Europe/Berlin", "2024-12-31T12:00:00Z", "2024-12-29T23:00:00Z", "2025-01-05T23:00:00Z"],
    ["week", "Europe/Berlin", "2026-03-29T22:30:00Z", "2026-03-29T22:00:00Z", "2026-04-05T22:00:00Z"],
    ["week", "Europe/Berlin", "2026-03-29T21:30:00Z", "2026-03-22T23:00:00Z", "2026-03-29T22:00:00Z"],
    ["week", "Europe/Berlin", "2026-10-24T00:00:00Z", "2026-10-18T22:00:00Z", "2026-10-25T23:00:00Z"],
    // The Friday of that week was left out: six days.
    ["week", "Pacific/Apia", "2011-12-30T12:00:00Z", "2011-12-26T10:00:00Z", "2012-01-01T10:00:00Z"],
    ["week", "UTC", "1969-12-31T00:00:00Z", "1969-12-29T00:00:00Z", "1970-01-05T00:00:00Z"],
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

  it.each([
    // A billing month from the 5th, in force before its first one.
    ["month", "2026-12-05", "UTC", "2026-12-04T23:59:59Z", "2026-11-05T00:00:00Z", "2026-12-05T00:00:00Z"],
    ["month", "2026-12-05", "UTC", "2026-12-05T00:00:00Z", "2026-12-05T00:00:00Z", "2027-01-05T00:00:00Z"],
    // From the 31st: the last day of shorter months, and the 31st again after them.
    ["month", "2026-01-31", "UTC", "2026-03-01T00:00:00Z", "2026-02-28T00:00:00Z", "2026-03-31T00:00:00Z"],
    ["month", "2026-01-31", "UTC", "2028-02-29T00:00:00Z", "2028-02-29T00:00:00Z", "2028-03-31T00:00:00Z"],
    ["month", "2026-01-31", "UTC", "2026-04-30T00:00:00Z", "2026-04-30T00:00:00Z", "2026-05-31T00:00:00Z"],
    [
      "month",
      "2026-01-30",
      "Europe/Berlin",
      "2026-03-29T12:00Z",
      "2026-02-27T23:00:00Z",
      "2026-03-29T22:00:00Z",
    ],
    // At 8 o'clock in Berlin, in summer too.
    [
      "month",
      "2026-01-05T07:00:00Z",
      "Europe/Berlin",
      "2026-07-05T05:59Z",
      "2026-06-05T06:00Z",
      "2026-07-05T06:00Z",
    ],
    [
      "month",
      "2026-01-05T08:00+01:00",
      "Europe/Berlin",
      "2026-07-05T06:00Z",
      "2026-07-05T06:00Z",
      "2026-08-05T06:00Z",
    ],
    // That day was left out, and still is the day of the month.
    ["month", "2011-12-30", "Pacific/Apia", "2012-02-01T00:00Z", "2012-01-29T10:00Z", "2012-02-28T10:00Z"],
    // A Wednesday.
    ["week", "2026-12-02", "Europe/Berlin", "2026-12-01T22:59:59Z", "2026-11-24T23:00Z", "2026-12-01T23:00Z"],
    ["week", "2026-12-02", "Europe/Berlin", "2027-03-31T12:00Z", "2027-03-30T22:00Z", "2027-04-06T22:00Z"],
    [
      "day",
      "2026-12-02T06:30:00Z",
      "UTC",
      "2026-12-02T06:29:59.999Z",
      "2026-12-01T06:30Z",
      "2026-12-02T06:30Z",
    ],
    [
      "hour",
      "2026-12-02T06:10:30Z",
      "UTC",
      "2026-12-03T09:00:00Z",
      "2026-12-03T08:10:30Z",
      "2026-12-03T09:10:30Z",
    ],
    [
      "total",
      "2026-12-05",
      "Europe/Berlin",
      "2026-12-04T22:59:59Z",
      "1970-01-01T00:00Z",
      "2026-12-04T23:00Z",
    ],
  ] as const)("of a %s from %s in %s at %s", (period, from, timeZone, now, start, end) => {
    const cut = { period, from, ...(period === "total" || timeZone !== "UTC" ? { timeZone } : {}) };
    expect(cutBy(cut).of(at(now))).toEqual({ start: at(start), end: at(end) });
  });

  it("of a total from a date has no end, and one of milliseconds is counted from the moment", () => {
    const total = cutBy({ period: "total", from: "2026-12-05", timeZone: "Asia/Kolkata" });
    expect(total.of(at("2030-01-01"))).toEqual({
      start: at("2026-12-04T18:30Z"),
      end: Number.POSITIVE_INFINITY,
    });
    const tens = cutBy({ periodMs: 10 * hour, from: "2026-12-05T01:00:00Z" });
    expect(tens.of(at("2026-12-05T10:59:59Z")).end).toBe(at("2026-12-05T11:00Z"));
    expect(tens.of(at("2026-12-05T00:59:59Z")).start).toBe(at("2026-12-04T15:00Z"));
  });

  const units = fc.constantFrom("hour" as const, "day" as const, "week" as const, "month" as const);
  /** Dates and times of which many lie where clocks of these zones change. */
  const froms = fc.option(
    fc.oneof(
      fc
        .integer({ min: 1, max: 20_000 })
        .map((days) => new Date(days * 24 * hour).toISOString().slice(0, 10)),
      fc.integer({ min: 24 * hour, max: Date.UTC(2050, 0) }).map((time) => new Date(time).toISOString()),
      fc
        .record({ at: fc.constantFrom(...changes), by: fc.integer({ min: -6, max: 6 }) })
        .map(({ at: change, by }) => new Date(change + (by * hour) / 2).toISOString()),
    ),
    { nil: undefined },
  );

  it("holds each time, ends where the next one begins, and is not longer than it says", () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...zones),
        units,
        froms,
        fc.oneof(
          fc.integer({ min: Date.UTC(1990, 0), max: Date.UTC(2040, 0) }),
          // Around a change of each zone's clock.
          fc
            .record({ at: fc.constantFrom(...changes), by: fc.integer({ min: -3 * hour, max: 3 * hour }) })
            .map(({ at: change, by }) => change + by),
        ),
        (timeZone, period, from, now) => {
          const periods = cutBy({ period, timeZone, from });
          const { start, end } = periods.of(now);
          expect(start).toBeLessThanOrEqual(now);
          expect(end).toBeGreaterThan(now);
          expect(end - start).toBeLessThanOrEqual(periods.lengthMs);
          // A day of which only an hour is left may be as short as that, and an hour half as long.
          if (from === undefined)
            expect(end - start).toBeGreaterThanOrEqual(period === "hour" ? hour / 2 : hour);
          expect(periods.of(end).start).toBe(end);
          expect(periods.of(start - 1).end).toBe(start);
          expect(periods.of(start)).toEqual({ start, end });
          // By another object, which has nothing remembered.
          expect(cutBy({ period, timeZone, from }).of(end - 1)).toEqual({ start, end });
        },
      ),
      numRuns(2_000),
    );
  });

  it("tiles 2026 in every zone, with and without a date from which it is cut", () => {
    const all = Intl.supportedValuesOf("timeZone");
    fc.assert(
      fc.property(fc.constantFrom(...all), units, froms, (timeZone, period, from) => {
        // Hours and days only around the changes of the year: there are thousands of others.
        const isShort = period === "hour" || period === "day";
        for (const change of isShort ? changesOf2026(timeZone) : [Date.UTC(2026, 0)]) {
          const periods = cutBy({ period, timeZone, from });
          const until = !isShort ? Date.UTC(2027, 0, 10) : change + (period === "hour" ? 3 : 36) * hour;
          let { end } = periods.of(change - (period === "hour" ? 3 : 36) * hour);
          while (end < until) {
            const next = periods.of(end);
            expect(next.start).toBe(end);
            expect(next.end).toBeGreaterThan(end);
            expect(next.end - end).toBeLessThanOrEqual(periods.lengthMs);
            end = next.end;
          }
          // Asked once more, by another object.
          expect(cutBy({ period, timeZone, from }).of(end - 1)).toEqual(periods.of(end - 1));
        }
      }),
      numRuns(40),
    );
  });

  it("is the same in a shared store, by the store's clock", () => {
    const kinds = fc.oneof(
      units.map((period) => ({ period })),
      fc.constant({ period: "total" as const }),
      fc.integer({ min: 1_000, max: 100 * hour }).map((periodMs) => ({ periodMs })),
    );
    fc.assert(
      fc.property(
        fc.constantFrom(...zones),
        kinds,
        froms,
        fc.array(fc.nat(40 * 24 * hour)),
        (zone, of, from, steps) => {
          const isCalendar = "period" in of && of.period !== "total";
          const timeZone = isCalendar || from?.length === 10 ? zone : undefined;
          const budget = resolveBudget({ limitUsd: 1, ...of, from, timeZone });
          const windows = createSharedWindows(budget);
          let now = Date.UTC(2026, 2, 20);
          for (const step of steps) {
            now += step;
            const { start, end } = cutBy({ ...of, from, timeZone }).of(now);
            const { key, windowEndsAt = Number.POSITIVE_INFINITY } = windows.of({}, now).limit;
            expect([Number(key.split("/").at(-1)), windowEndsAt]).toEqual([start, end]);
          }
        },
      ),
      numRuns(200),
    );
  });
});

/** Times at which a zone's clock changed in 2026. */
function changesOf2026(zone: string): number[] {
  const { local } = zoneTime("zone", zone);
  const found: number[] = [];
  for (let before = Date.UTC(2026, 0); before < Date.UTC(2027, 0); before += 24 * hour) {
    const after = before + 24 * hour;
    const offset = local(after) - after;
    if (local(before) - before !== offset)
      found.push(firstTime(before, after, (time) => local(time) - time === offset));
  }
  return found;
}

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
    [{ limitUsd: 1, periodMs: 5, from: "2026-12-05T00:00Z", timeZone: "Europe/Berlin" }, "timeZone"],
    [{ ...day, from: "2026-02-30" }, "from"],
    [{ ...day, from: "2026-02-29T00:00:00Z" }, "from"],
    [{ ...day, from: "2026-13-01" }, "from"],
    [{ ...day, from: "1970-01-01" }, "from"],
    [{ ...day, from: "tomorrow" }, "from"],
    [{ ...day, from: "" }, "from"],
    // Of which zone?
    [{ ...day, from: "2026-12-05T08:00:00" }, "from"],
    [{ ...day, from: "2026-12-05T25:00:00Z" }, "from"],
    [{ ...day, from: "2026-12-05T08:00:00+99:00" }, "from"],
    [{ ...day, from: new Date(0) }, "from"],
    [{ ...day, from: 1_764_892_800_000 }, "from"],
    [{ limitUsd: 1, period: "request", from: "2026-12-05" }, "from"],
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
    const resolve = () => resolveBudgets([options as unknown as BudgetOptions], { small: fakeModel() });
    expect(resolve).toThrow(
      expect.objectContaining({ code: "invalid-option", option: `budgets[0].${option}` }),
    );
  });

  it("refuse two budgets of one name, too many, and one that is not in a list", () => {
    const refused = (given: unknown, option: string) =>
      expect(() => resolveBudgets(given, {})).toThrow(expect.objectContaining({ option }));
    refused([day, day], "budgets[1].name");
    refused(
      Array.from({ length: 17 }, (_, at) => ({ ...day, name: `b${at}` })),
      "budgets",
    );
    refused(day, "budgets");
    expect(resolveBudgets([], {})).toEqual([]);
  });

  it("are read once", () => {
    const per = { label: "user" };
    const degrade = { to: ["small"], from: 0.5 };
    const options = { limitUsd: 1, period: "day" as const, per, degrade };
    const budget = resolveBudget(options, "budget", { small: fakeModel() });
    const before = JSON.stringify(budget);
    options.limitUsd = 1_000;
    per.label = "team";
    degrade.to.push("large");
    degrade.from = 1;
    expect(JSON.stringify(budget)).toBe(before);
  });
});
