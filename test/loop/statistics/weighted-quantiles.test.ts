import { expect, test } from "vitest";
import { weightedQuantiles } from "../../../src/loop/statistics/weighted-quantiles.ts";

const weighted = (...pairs: [number, number][]) => pairs.map(([value, weight]) => ({ value, weight }));

test("quantiles reach from the least to the greatest value", () => {
  expect([...weightedQuantiles(weighted([3, 1], [1, 1], [2, 1], [4, 1]), 3)]).toEqual([1, 2, 4]);
});

test("a value of more weight takes more of the quantiles", () => {
  expect([...weightedQuantiles(weighted([0, 1], [5, 8], [9, 1]), 11)]).toEqual([
    0, 0, 5, 5, 5, 5, 5, 5, 5, 5, 9,
  ]);
});
