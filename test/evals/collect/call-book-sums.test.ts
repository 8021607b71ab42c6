import fc from "fast-check";
import { expect, it } from "vitest";
import { createCallBook } from "../../../evals/collect/call-book.ts";
import type { JournalEntry } from "../../../evals/collect/journal-entry.ts";
import { runs } from "../../support/runs.ts";

const keys = ["1", "2", "3"].map((id) => ({ id, model: "m", repeat: 0 }));
const usd = fc.option(fc.integer({ min: 0, max: 8 }), { nil: undefined });
const call = fc.record({ key: fc.constantFrom(...keys), costUsd: usd, atMostUsd: usd });

const entry: fc.Arbitrary<JournalEntry> = fc.oneof(
  call.map(({ key, atMostUsd }): JournalEntry => ({ type: "begun", ...key, atMostUsd })),
  call.map(({ key, atMostUsd }): JournalEntry => ({ type: "scoring", ...key, atMostUsd })),
  call.map(({ key, ...money }): JournalEntry => ({ type: "answered", ...key, answer: "a", ...money })),
  fc.tuple(call, fc.boolean()).map(
    ([{ key, ...money }, counts]): JournalEntry => ({
      type: "failed",
      ...key,
      error: "e",
      counts,
      ...money,
    }),
  ),
  fc
    .tuple(call, fc.constantFrom(null, 0, 1))
    .map(([{ key, costUsd }, quality]): JournalEntry => ({ type: "scored", ...key, quality, costUsd })),
  fc.constantFrom("one", "two").map(
    (scorer): JournalEntry => ({
      type: "settings",
      formatVersion: 1,
      settings: { dataset: "d", models: {}, scorer, repeats: 1, sample: "all" },
    }),
  ),
);

it("whatever the journal holds, the sums of the book are those of its calls", () => {
  fc.assert(
    fc.property(fc.array(entry, { maxLength: 30 }), (entries) => {
      const book = createCallBook();
      let least = 0;
      for (const one of entries) {
        book.apply(one);
        expect(book.finished).toBe(keys.filter((key) => book.isFinished(key)).length);
        // Money that is spent, or that may have been, stays so.
        expect(book.spending.paidUsd).toBeGreaterThanOrEqual(least);
        least = book.spending.paidUsd;
        expect(book.committedUsd).toBeGreaterThanOrEqual(book.spending.paidUsd);
      }
      const committed = book.committedUsd;
      const underWay = book.underWay;
      expect(book.giveUpUnderWay()).toBe(underWay);
      expect(book).toMatchObject({ underWay: 0, committedUsd: committed });
    }),
    { numRuns: runs(200, 10_000) },
  );
});
