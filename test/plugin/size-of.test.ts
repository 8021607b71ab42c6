import { expect, it } from "vitest";
import { sizeOf } from "../../src/plugin/size-of.ts";

it("counts characters of texts and names, and eight for each value", () => {
  expect(sizeOf("four")).toBe(4);
  expect(sizeOf(7)).toBe(0);
  expect(sizeOf([1, null, true, undefined])).toBe(32);
  expect(sizeOf({ ab: "cde", f: [1] })).toBe(8 + 2 + 3 + (8 + 1) + 8);
});

it("counts all places: a note is as large as a message", () => {
  const long = "x".repeat(1_000);
  for (const request of [
    { note: long },
    { metadata: { a: long } },
    { [long]: 1 },
    { tools: [{ function: { parameters: { a: [long] } } }] },
  ])
    expect(sizeOf(request)).toBeGreaterThan(1_000);
});

it("ends beyond the most, also in what holds itself", () => {
  const cycle: unknown[] = [];
  cycle.push(cycle, cycle);
  expect(sizeOf(cycle, 1_000)).toBeGreaterThan(1_000);
});
