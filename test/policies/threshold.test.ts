import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type ThresholdOptions, threshold } from "../../policies/index.ts";
import { type Choice, InvalidOptionError, type Policy } from "../../src/contracts/index.ts";
import { candidateOf, factsOf } from "../../src/testing/index.ts";
import { runs } from "../support/runs.ts";

type Id = "small" | "large" | "other";
const request = factsOf();
const both = ["small", "large"] as const;

function select(
  policy: Policy<"small" | "large">,
  complexity: number | undefined,
  ids: readonly Id[] = both,
) {
  const classification = complexity === undefined ? undefined : { complexity };
  const candidates = ids.map((id) => candidateOf(id));
  return (policy as Policy<Id>).select({ request, classification, candidates, inputs: {}, now: 0 }) as
    | Choice<Id>
    | undefined;
}

describe("a threshold of 0.7", () => {
  const policy = threshold({ small: "small", large: "large", at: 0.7 });

  test.each([
    { complexity: 0, model: "small", reason: "complexity below 0.7" },
    { complexity: 0.6999, model: "small", reason: "complexity below 0.7" },
    { complexity: 0.7, model: "large", reason: "complexity at or above 0.7" },
    { complexity: 1, model: "large", reason: "complexity at or above 0.7" },
    { complexity: undefined, model: "large", reason: "no classification" },
    { complexity: Number.NaN, model: "large", reason: "complexity at or above 0.7" },
  ])("sends complexity $complexity to the $model model", ({ complexity, model, reason }) => {
    expect(select(policy, complexity)).toEqual({ model, reason });
  });

  test("sends all requests to the one of the two that is permitted", () => {
    for (const complexity of [0, 1, undefined]) {
      expect(select(policy, complexity, ["other", "large"])).toEqual({
        model: "large",
        reason: "small is not permitted",
      });
      expect(select(policy, complexity, ["small", "other"])).toEqual({
        model: "small",
        reason: "large is not permitted",
      });
    }
  });

  test("has no opinion where neither is permitted", () => {
    expect(select(policy, 0.5, ["other"])).toBeUndefined();
  });

  test("describes itself by its parameters", () => {
    expect(policy).toMatchObject({
      name: "threshold",
      parameters: { small: "small", large: "large", at: 0.7, otherwise: "large" },
      models: ["small", "large"],
    });
  });
});

test("otherwise gets the requests without a classification", () => {
  const policy = threshold({ small: "small", large: "large", at: 0, otherwise: "small" });
  expect(select(policy, undefined)).toMatchObject({ model: "small" });
});

test("a harder request never goes to a smaller model", () => {
  const unit = fc.double({ min: 0, max: 1, noNaN: true });
  fc.assert(
    fc.property(unit, unit, unit, (at, one, other) => {
      const policy = threshold({ small: "small", large: "large", at });
      const [easier, harder] = one < other ? [one, other] : [other, one];
      const size = (complexity: number) => both.indexOf(select(policy, complexity)?.model as "small");
      expect(size(easier)).toBeLessThanOrEqual(size(harder));
    }),
    { numRuns: runs(200, 10_000) },
  );
});

const good = { small: "small", large: "large", at: 0.5 };

test.each([
  [{ ...good, at: undefined }, "threshold.at must be a number in [0, 1], but it is missing"],
  [{ ...good, otherwise: "third" }, 'threshold.otherwise must be "small" or "large", got "third"'],
  [{ ...good, largeShare: 0.3 }, "threshold.at must be absent next to largeShare"],
  [{ small: "small", large: "large" }, "threshold.at must be"],
  [{ small: "small", large: "large", largeShare: 0 }, "threshold.largeShare must be above 0 and below 1"],
  [{ small: "small", large: "large", largeShare: 1 }, "threshold.largeShare must be above 0 and below 1"],
])("options %j are refused", (options, message) => {
  const build = () => threshold(options as ThresholdOptions<string>);
  expect(build).toThrow(InvalidOptionError);
  expect(build).toThrow(message);
});
