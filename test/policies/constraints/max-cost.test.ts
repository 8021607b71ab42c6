import { expect, test } from "vitest";
import { maxCost } from "../../../policies/constraints/index.ts";
import { candidateOf, factsOf } from "../../../src/testing/index.ts";

const context = { request: factsOf(), hop: "answer", now: 0 } as const;
const costing = (estimatedCostUsd: number | undefined) => candidateOf("m", { estimatedCostUsd });

test("permits a model that is expected to cost no more than the limit", () => {
  const constraint = maxCost({ usd: 0.01 });
  expect(constraint.permits(costing(0.0099), context)).toBe(true);
  expect(constraint.permits(costing(0.01), context)).toBe(true);
  expect(constraint.permits(costing(0.0123), context)).toBe("costs up to 0.0123 USD, more than 0.01");
});

test("does not permit a model whose price is not known, or whose cost is not a number", () => {
  expect(maxCost({ usd: 100 }).permits(costing(undefined), context)).toBe("its price is not known");
  expect(maxCost({ usd: 100 }).permits(costing(Number.NaN), context)).not.toBe(true);
});

test("a limit of 0 permits only free models", () => {
  expect(maxCost({ usd: 0 }).permits(costing(0), context)).toBe(true);
  expect(maxCost({ usd: 0 }).permits(costing(1e-9), context)).not.toBe(true);
});
