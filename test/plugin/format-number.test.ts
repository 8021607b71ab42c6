import { describe, expect, it } from "vitest";
import {
  count,
  limit,
  percent,
  percentWithInterval,
  points,
  roundPoints,
  score,
  sureness,
  usd,
  usdDigits,
  withInterval,
} from "../../src/plugin/format-number.ts";

describe("numbers of a report", () => {
  it("are written with as many digits as they deserve", () => {
    expect([0, 0.004, 0.0734, 0.08, 0.41, 0.995, 0.9996, 1].map(percent)).toEqual([
      "0 %",
      "0.4 %",
      "7.3 %",
      "8 %",
      "41 %",
      "99.5 %",
      "100 %",
      "100 %",
    ]);
    expect([0.7434, 0, 1].map(points)).toEqual(["74.3", "0.0", "100.0"]);
    expect([0.02, 0.005].map(roundPoints)).toEqual(["2", "0.5"]);
    expect([0, 0.0000123, 0.052, 0.41, 5.5, 99.99, 730.4, 1_234_567].map(usd)).toEqual([
      "$0",
      "$0.000012",
      "$0.052",
      "$0.41",
      "$5.50",
      "$99.99",
      "$730",
      "$1,234,567",
    ]);
    expect(count(2_000_000)).toBe("2,000,000");
    expect(score(0.7)).toBe("0.70");
  });

  it("promise no more than what is certified: limits are rounded up, confidence down", () => {
    expect([0.02, 0.05, 0.07, 0.29, 0.0125, 0.034121, 0.1 + 0.2].map(limit)).toEqual([
      ..."2 5 7 29 1.25 3.42 30".split(" "),
    ]);
    expect([0.95, 0.975, 0.9975, 0.99999999].map(sureness)).toEqual([
      "95 %",
      "97.5 %",
      "99.75 %",
      "99.999 %",
    ]);
  });

  it("have a true minus and no negative zero", () => {
    expect([-0.0393, -0.00001].map(points)).toEqual(["−3.9", "0.0"]);
    expect(percent(-0.12)).toBe("−12 %");
    expect(usd(-12)).toBe("−$12.00");
    expect(usdDigits(-12)).toBe("−12.00");
  });

  it("precede their intervals, where there is one", () => {
    expect(percentWithInterval({ value: 0.38, low: 0.35, high: 0.41 })).toBe("38 % [35, 41]");
    expect(percentWithInterval({ value: 0.38 })).toBe("38 %");
    expect(withInterval({ value: 1.5, low: -1, high: 2 }, usd, usdDigits)).toBe("$1.50 [−1.00, 2.00]");
  });
});
