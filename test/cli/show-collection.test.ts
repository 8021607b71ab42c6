import { expect, it } from "vitest";
import { estimateToText, progressToText } from "../../cli/show-collection.ts";

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

const estimate = {
  records: 10,
  scorer: "exactMatch",
  scoringCosts: false,
  calls: 10,
  done: 0,
  models: [
    { model: "a", calls: 10, notPermitted: 0, unscorable: 0, inputTokens: 9, outputTokens: 9, costUsd: 1 },
  ],
  costUsd: 1,
  atMostUsd: 0,
  paidUsd: 0,
  unpriced: [],
  unlimited: ["a"],
};

it("does not call it a bound of 0 where no model has one", () => {
  const text = estimateToText(estimate);
  expect(text).toContain("in all about $1.00\n");
  expect(text).not.toContain("at most $0");
  expect(text).toContain('"at most" is without a: nothing limits the output');
});

it("says why a bound is far above what is expected", () => {
  const models = estimate.models.map((one) => ({ ...one, atMostUsd: 8002.27 }));
  expect(estimateToText({ ...estimate, models, atMostUsd: 8002.27, unlimited: [] })).toContain(
    "at most $8002.27 if each answer is as long as it may be (--max-output-tokens lowers this)",
  );
  expect(estimateToText({ ...estimate, models, atMostUsd: 3, unlimited: [] })).toContain(
    "about $1.00, at most $3.00\n".trim(),
  );
});
