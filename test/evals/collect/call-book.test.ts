import { describe, expect, it } from "vitest";
import { createCallBook } from "../../../evals/collect/call-book.ts";
import type { JournalEntry } from "../../../evals/collect/journal-entry.ts";

const call = { id: "1", model: "m", repeat: 0 };
const other = { ...call, id: "2" };
const settings = (scorer: string): JournalEntry => ({
  type: "settings",
  formatVersion: 1,
  settings: { dataset: "d", models: {}, scorer, repeats: 1, sample: "all" },
});

function bookOf(...entries: readonly JournalEntry[]) {
  const book = createCallBook();
  for (const entry of entries) book.apply(entry);
  return book;
}

describe("what can have been spent", () => {
  it("is the most of a call under way, then what it has cost", () => {
    const begun: JournalEntry = { type: "begun", ...call, atMostUsd: 3 };
    expect(bookOf(begun)).toMatchObject({ committedUsd: 3, spending: { paidUsd: 0 }, underWay: 1 });
    const answered: JournalEntry = { type: "answered", ...call, answer: "a", costUsd: 1, atMostUsd: 3 };
    expect(bookOf(begun, answered)).toMatchObject({ committedUsd: 1, spending: { paidUsd: 1 }, underWay: 0 });
  });

  it("counts a call that several kills have cut off each time", () => {
    const begun: JournalEntry = { type: "begun", ...call, atMostUsd: 3 };
    const book = bookOf(begun, begun);
    expect(book).toMatchObject({ committedUsd: 6, underWay: 1 });
    expect(book.giveUpUnderWay()).toBe(1);
    expect(book).toMatchObject({ committedUsd: 6, underWay: 0 });
    book.apply(begun);
    expect(book.committedUsd).toBe(9);
  });

  it("counts a batch at its most until it has ended, its answers at what they cost", () => {
    const batch: JournalEntry = {
      type: "batch-begun",
      key: "k",
      model: "m",
      at: 0,
      items: [call, other],
      atMostUsd: 8,
    };
    const answered: JournalEntry = { type: "answered", ...call, answer: "a", costUsd: 2, paidUsd: 1 };
    expect(bookOf(batch).committedUsd).toBe(8);
    const ended = bookOf(batch, answered, { type: "batch-ended", key: "k" });
    expect(ended).toMatchObject({ committedUsd: 1, spending: { paidUsd: 1 } });
  });

  it("counts a failure that may be billed at its most, and one of unknown price as unbounded", () => {
    const failed: JournalEntry = { type: "failed", ...call, error: "timeout", counts: false, costUsd: 1 };
    expect(bookOf({ ...failed, atMostUsd: 3 })).toMatchObject({ committedUsd: 3, spending: { paidUsd: 1 } });
    expect(bookOf({ ...failed, costUsd: undefined }).spending.unbounded).toBe(1);
  });
});

it("scores by another scorer take the place of all before them, and what those have cost stays", () => {
  const book = bookOf(
    settings("one"),
    { type: "answered", ...call, answer: "a", costUsd: 1 },
    { type: "scored", ...call, quality: 0.2, costUsd: 5, metadata: { reason: "so" } },
    settings("one"),
  );
  expect(book.stateOf(call)).toMatchObject({ state: "scored", quality: 0.2, scoring: { reason: "so" } });
  book.apply(settings("two"));
  expect(book.isFinished(call)).toBe(false);
  expect(book.stateOf(call)).toEqual({ state: "answered", answer: { answer: "a", costUsd: 1 } });
  expect(book).toMatchObject({ spending: { paidUsd: 6, scoringUsd: 5 } });
});
