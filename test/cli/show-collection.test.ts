import { expect, it } from "vitest";
import { progressToText } from "../../cli/show-collection.ts";

const progress = {
  done: 120,
  total: 400,
  errors: { "rate-limit": 2, timeout: 1 },
  paidUsd: 0.5,
  unpriced: 0,
  elapsedMs: 60_000,
  perMinute: 120,
  leftMs: 140_000,
};

it("says progress in a line: how far, how fast, how long still, what it has cost, what has failed", () => {
  expect(progressToText(progress)).toBe(
    "120 of 400 calls (30 %), 120 per minute, 2 min left, $0.5000 so far; errors: 2 rate-limit, 1 timeout",
  );
  expect(progressToText({ ...progress, done: 400, perMinute: 2.34, unpriced: 3, errors: {} })).toBe(
    "400 of 400 calls (100 %), 2.3 per minute, $0.5000 so far and 3 answers or scores of unknown price",
  );
  const batches = [{ model: "openai:s", batch: "b1", done: 5, items: 20 }];
  expect(progressToText({ ...progress, perMinute: 0, leftMs: undefined, errors: {}, batches })).toBe(
    "120 of 400 calls (30 %), $0.5000 so far; batch b1 of openai:s: 5 of 20",
  );
});
