import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createAnswerTable } from "../../../src/router/cache/answer-table.ts";
import { numRuns } from "../../support/runs.ts";

describe("the table of answers", () => {
  it("forgets the least recently used one beyond its size or number", () => {
    const bySize = createAnswerTable<number>(64, 100);
    for (let at = 0; at < 17; at += 1) {
      bySize.set(`${at}`, undefined, at, 4);
      bySize.get("0");
    }
    expect([bySize.get("0"), bySize.get("1"), bySize.get("2"), bySize.bytes]).toEqual([0, undefined, 2, 64]);
    const byNumber = createAnswerTable<number>(1_000, 2);
    for (let at = 0; at < 3; at += 1) byNumber.set(`${at}`, `${at}`, at, 1);
    expect([byNumber.get("0"), byNumber.get("1"), byNumber.get("2"), byNumber.size]).toEqual([
      undefined,
      1,
      2,
      2,
    ]);
    const single = createAnswerTable<number>(1_000, 1);
    for (let at = 0; at < 3; at += 1) single.set(`${at}`, "a", at, 1);
    expect([single.get("2"), single.size]).toEqual([2, 1]);
  });

  it("does not keep one that is larger than a sixteenth, nor forget others for it", () => {
    const table = createAnswerTable<string>(160, 100);
    table.set("a", undefined, "small", 10);
    table.set("b", undefined, "large", 11);
    table.set("a", undefined, "large", 11);
    expect([table.get("a"), table.get("b"), table.bytes]).toEqual(["small", undefined, 10]);
  });

  it("replaces one of the same key, and counts it once", () => {
    const table = createAnswerTable<number>(160, 100);
    table.set("a", "x", 1, 10);
    table.set("a", "x", 2, 5);
    expect([table.get("a"), table.bytes, table.size]).toEqual([2, 5, 1]);
    table.delete("a");
    table.delete("a");
    expect([table.get("a"), table.bytes, table.size]).toEqual([undefined, 0, 0]);
  });

  it("leaves half of it to others while one tenant floods it", () => {
    const table = createAnswerTable<number>(1_600, 100_000);
    for (let at = 0; at < 160; at += 1) table.set(`quiet ${at}`, "quiet", at, 10);
    for (let at = 0; at < 5_000; at += 1) table.set(`flood ${at}`, "flood", at, 10);
    const kept = Array.from({ length: 160 }, (_, at) => table.get(`quiet ${at}`)).filter(
      (one) => one !== undefined,
    );
    expect(kept.length).toBeGreaterThanOrEqual(79);
    expect(table.bytes).toBeLessThanOrEqual(1_600);
  });

  it("keeps its sums right whatever is done, and never exceeds its bounds", () => {
    const key = fc.constantFrom("a", "b", "c", "d", "e", "__proto__");
    const step = fc.oneof(
      fc.record({
        set: key,
        owner: fc.constantFrom(undefined, "x", "__proto__"),
        bytes: fc.integer({ min: 0, max: 8 }),
      }),
      fc.record({ get: key }),
      fc.record({ drop: key }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), fc.integer({ min: 1, max: 6 }), (steps, maxRows) => {
        const [maxBytes, table] = [96, createAnswerTable<{ key: string; bytes: number }>(96, maxRows)];
        for (const one of steps) {
          if ("set" in one) table.set(one.set, one.owner, { key: one.set, bytes: one.bytes }, one.bytes);
          else if ("get" in one) expect(table.get(one.get)?.key ?? one.get).toBe(one.get);
          else table.delete(one.drop);
          expect(table.size).toBeLessThanOrEqual(maxRows);
          expect(table.bytes).toBeLessThanOrEqual(maxBytes);
        }
        const kept = ["a", "b", "c", "d", "e", "__proto__"]
          .map((name) => table.get(name))
          .filter((row) => row !== undefined);
        expect(kept.length).toBe(table.size);
        expect(kept.reduce((sum, { bytes }) => sum + bytes, 0)).toBe(table.bytes);
        table.clear();
        expect([table.size, table.bytes]).toEqual([0, 0]);
      }),
      numRuns(1_000),
    );
  });
});
