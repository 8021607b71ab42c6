import { describe, expect, it } from "vitest";
import { cohenKappa } from "../../../src/loop/statistics/cohen-kappa.ts";
import { krippendorffAlpha } from "../../../src/loop/statistics/krippendorff-alpha.ts";

describe("cohenKappa", () => {
  it("is 0.4 for 20, 5, 10 and 15 of 50", () => {
    // p_o = 35 / 50; p_e = (25 · 30 + 25 · 20) / 50² = 0.5.
    const cells = [
      ["yes", "yes", 20],
      ["yes", "no", 5],
      ["no", "yes", 10],
      ["no", "no", 15],
    ] as const;
    const a = cells.flatMap(([one, , count]) => Array.from({ length: count }, () => one));
    const b = cells.flatMap(([, other, count]) => Array.from({ length: count }, () => other));
    expect(cohenKappa(a, b)).toBeCloseTo(0.4, 12);
  });

  it("is 1 for agreement throughout, below 0 for less than chance", () => {
    expect(cohenKappa([0, 1, 1], [0, 1, 1])).toBe(1);
    expect(cohenKappa([0, 1], [1, 0])).toBe(-1);
  });

  it("is not defined without items, or where there is one category", () => {
    expect(cohenKappa([], [])).toBeUndefined();
    expect(cohenKappa([1, 1], [1, 1])).toBeUndefined();
  });
});

describe("krippendorffAlpha", () => {
  const none = undefined;
  // Krippendorff 2011, section C: four observers, twelve units, with gaps.
  const observers = [
    [1, 2, 3, 3, 2, 1, 4, 1, 2, none, none, none],
    [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, none, 3],
    [none, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, none],
    [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, none],
  ];
  const units = Array.from({ length: 12 }, (_, unit) =>
    observers.flatMap((values) => (values[unit] === undefined ? [] : [values[unit]])),
  );

  it("gives the published figures", () => {
    expect(krippendorffAlpha(units, "nominal")).toBeCloseTo(0.743, 3);
    expect(krippendorffAlpha(units, "interval")).toBeCloseTo(0.849, 3);
  });

  it("is 1 for agreement throughout, and below 0 for less than chance", () => {
    expect(
      krippendorffAlpha([
        [1, 1],
        [0, 0],
      ]),
    ).toBe(1);
    // D_o = 1; D_e = 8 / 12.
    expect(
      krippendorffAlpha([
        [0, 1],
        [1, 0],
      ]),
    ).toBeCloseTo(-0.5, 12);
  });

  it("is not defined where nothing can be paired, or all is the same", () => {
    expect(krippendorffAlpha([])).toBeUndefined();
    expect(krippendorffAlpha([[1], [2]])).toBeUndefined();
    expect(
      krippendorffAlpha([
        [1, 1],
        [1, 1],
      ]),
    ).toBeUndefined();
  });
});
