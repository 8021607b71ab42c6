import fc from "fast-check";
import { expect, test } from "vitest";
import { countKeys, jsonPlaces, replacedAt } from "../../src/plugin/json-places.ts";
import { runs } from "../support/runs.ts";

const spaced = fc.tuple(fc.json({ maxDepth: 5 }), fc.constantFrom(0, 1, "\t")).map(([text, space]) => {
  const value: unknown = JSON.parse(text);
  return { value, text: JSON.stringify(value, undefined, space) };
});

test("each place holds the value at its path, and keys are counted", () => {
  fc.assert(
    fc.property(spaced, ({ text, value }) => {
      const { found, keys } = jsonPlaces(text, () => true);
      for (const { path, place } of found) {
        // biome-ignore lint/suspicious/noExplicitAny: a path through any value
        const at = path.reduce((held: any, key) => held[key], value);
        expect(JSON.parse(text.slice(place.from, place.to))).toEqual(at);
      }
      expect(keys).toBe(countKeys(value));
      expect(found.length).toBeGreaterThan(0);
    }),
    { numRuns: runs(300, 20_000) },
  );
});

test("strings with brackets, quotes and backslashes are passed over", () => {
  const text = '{"a\\"}":"\\\\","b":["}",{"c":"\\\\\\""}], "d" : -1.0e+5 }';
  const { found } = jsonPlaces(text, (path) => path.length === 1);
  expect(found.map(({ path, place }) => [path[0], text.slice(place.from, place.to)])).toEqual([
    ['a"}', '"\\\\"'],
    ["b", '["}",{"c":"\\\\\\""}]'],
    ["d", "-1.0e+5"],
  ]);
  const place = found[2]?.place as { from: number; to: number };
  expect(JSON.parse(replacedAt(text, [{ place, text: "2" }]))).toMatchObject({ d: 2 });
});

test("a key that occurs twice shows in the count", () => {
  const text = '{"a":1,"b":{"c":1,"c":2}}';
  expect(jsonPlaces(text, () => false).keys).toBe(4);
  expect(countKeys(JSON.parse(text))).toBe(3);
});

test("a long string of quotes and backslashes takes linear time", () => {
  const text = JSON.stringify({ a: '\\"'.repeat(500_000), b: "\\".repeat(1_000_000) });
  expect(jsonPlaces(text, (path) => path.length === 1).found).toHaveLength(2);
});
