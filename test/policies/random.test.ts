import { expect, test } from "vitest";
import { random } from "../../policies/index.ts";
import { InvalidOptionError, type Policy } from "../../src/contracts/index.ts";
import { candidateOf, factsOf } from "../../src/testing/index.ts";

test.each([1, 2, 4])("%i permitted models have equal shares", (count) => {
  const ids = ["a", "b", "c", "d"].slice(0, count);
  const policy: Policy<string> = random();
  const opinion = policy.select({
    request: factsOf(),
    candidates: ids.map((id) => candidateOf(id)),
    inputs: {},
    now: 0,
  });
  expect(opinion).toEqual(
    ids.map((model) => ({ model, reason: "random, equal shares", probability: 1 / count })),
  );
});

test("arguments are refused: mix takes shares", () => {
  const build = () => (random as (shares: unknown) => Policy)({ small: 0.5, large: 0.5 });
  expect(build).toThrow(InvalidOptionError);
  expect(build).toThrow("random must be called without arguments: mix(…) takes shares, got an object");
});
