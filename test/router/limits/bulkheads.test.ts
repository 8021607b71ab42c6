import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createBulkheads, type QueuePlace } from "../../../src/router/limits/bulkheads.ts";
import { runs } from "../../support/runs.ts";

const ignore = () => {};

describe("a bulkhead", () => {
  it("lets as many calls in and queues as many as it may, and turns the rest away", () => {
    const bulkheads = createBulkheads();
    const bounds = { maxConcurrent: 2, maxQueued: 1 };
    const entered = [1, 2, 3, 4].map(() => bulkheads.enter("a", bounds, ignore));
    expect(entered.map((place) => (typeof place === "object" ? "queued" : place))).toEqual([
      true,
      true,
      "queued",
      false,
    ]);
    expect(bulkheads.enter("b", bounds, ignore)).toBe(true);
  });

  it("hands a place to the call that has waited longest and has not left", () => {
    const bulkheads = createBulkheads();
    const bounds = { maxConcurrent: 1, maxQueued: 9 };
    const turns: number[] = [];
    bulkheads.enter("a", bounds, ignore);
    const [, second] = [1, 2, 3].map((id) => bulkheads.enter("a", bounds, () => turns.push(id)));
    expect((second as QueuePlace).leave()).toBe(true);
    for (let left = 0; left < 3; left += 1) bulkheads.leave("a");
    expect(turns).toEqual([1, 3]);
    expect(bulkheads.enter("a", bounds, ignore)).toBe(true);
  });

  it("never has more inside than it may, and takes calls in order", () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom("enter", "leave", "give up"), { maxLength: 100 }),
        fc.integer({ min: 1, max: 4 }),
        fc.integer({ min: 0, max: 4 }),
        (actions, maxConcurrent, maxQueued) => {
          const bulkheads = createBulkheads();
          let inside = 0;
          let next = 0;
          const waiting: { id: number; place: QueuePlace }[] = [];
          for (const action of actions) {
            if (action === "enter") {
              const id = next++;
              const place = bulkheads.enter("a", { maxConcurrent, maxQueued }, () => {
                expect(waiting.shift()?.id).toBe(id);
                inside += 1;
              });
              if (place === true) inside += 1;
              else if (place === false) expect(waiting).toHaveLength(maxQueued);
              else waiting.push({ id, place });
            } else if (action === "leave" && inside > 0) {
              inside -= 1;
              bulkheads.leave("a");
            } else if (action === "give up") waiting.pop()?.place.leave();
            expect(inside).toBeLessThanOrEqual(maxConcurrent);
            expect(waiting.length).toBeLessThanOrEqual(maxQueued);
            if (waiting.length > 0) expect(inside).toBe(maxConcurrent);
          }
        },
      ),
      { numRuns: runs(200, 5_000) },
    );
  });
});
