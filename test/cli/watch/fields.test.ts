import { expect, it } from "vitest";
import { amountOf } from "../../../cli/watch/fields.ts";

it("an amount of a line is never -0, which a frame would not have any more after its way as JSON", () => {
  expect(Object.is(amountOf(JSON.parse("-0")), 0)).toBe(true);
  expect([amountOf(-1), amountOf(1e15), amountOf("1"), amountOf(2)]).toEqual([
    undefined,
    undefined,
    undefined,
    2,
  ]);
});
