import fc from "fast-check";
import { expect, test } from "vitest";
import { firstOf, mix, utility } from "../../policies/index.ts";
import { candidateOf } from "../../src/testing/index.ts";
import { runs } from "../support/runs.ts";
import { choicesAmong, sharesOf } from "../support/shares-of.ts";

const small = candidateOf("small", { estimatedQuality: 0.6, estimatedCostUsd: 0.001 });
const mid = candidateOf("mid", { estimatedQuality: 0.8, estimatedCostUsd: 0.005 });
const large = candidateOf("large", { estimatedQuality: 0.9, estimatedCostUsd: 0.03 });

// small to mid: 0.2 of quality for $0.004, worth it above $0.02; mid to large: 0.1 for $0.025, worth it above $0.25.
test.each([
  { usdPerGoodAnswer: 0.001, model: "small" },
  { usdPerGoodAnswer: 0.019, model: "small" },
  { usdPerGoodAnswer: 0.021, model: "mid" },
  { usdPerGoodAnswer: 0.249, model: "mid" },
  { usdPerGoodAnswer: 0.251, model: "large" },
  { usdPerGoodAnswer: 1e300, model: "large" },
])("at $usdPerGoodAnswer dollars a good answer it is $model", ({ usdPerGoodAnswer, model }) => {
  expect(sharesOf(utility({ usdPerGoodAnswer }), [small, mid, large])).toEqual({ [model]: 1 });
});

test("ties go to the cheaper model", () => {
  const dear = candidateOf("dear", { estimatedQuality: 0.75, estimatedCostUsd: 0.5 });
  const cheap = candidateOf("cheap", { estimatedQuality: 0.5, estimatedCostUsd: 0.25 });
  expect(sharesOf(utility({ usdPerGoodAnswer: 1 }), [dear, cheap])).toEqual({ cheap: 1 });
  expect(sharesOf(utility({ usdPerGoodAnswer: 1 }), [cheap, dear])).toEqual({ cheap: 1 });
});

test("a model of unknown quality or price is not considered", () => {
  const priceless = candidateOf("priceless", { estimatedQuality: 1 });
  const unproven = candidateOf("unproven", { estimatedCostUsd: 0 });
  const policy = utility({ usdPerGoodAnswer: 1 });
  expect(sharesOf(policy, [priceless, unproven, small])).toEqual({ small: 1 });
  expect(sharesOf(policy, [priceless, unproven])).toEqual({});
  expect(sharesOf(firstOf(policy, mix({ unproven: 1 })), [priceless, unproven])).toEqual({ unproven: 1 });
});

test("the only permitted model is chosen, even of unknown quality or price", () => {
  expect(choicesAmong(utility({ usdPerGoodAnswer: 1 }), ["any"])).toEqual([
    { model: "any", reason: "the only permitted model" },
  ]);
});

test("no other model has more quality minus price weight times cost", () => {
  const known = fc.record({
    estimatedQuality: fc.double({ min: 0, max: 1, noNaN: true }),
    estimatedCostUsd: fc.double({ min: 0, max: 10, noNaN: true }),
  });
  fc.assert(
    fc.property(
      fc.array(known, { minLength: 2, maxLength: 6 }),
      fc.double({ min: 1e-6, max: 1e3, noNaN: true }),
      (parts, usdPerGoodAnswer) => {
        const models = parts.map((part, index) => candidateOf(`m${index}`, part));
        const priceWeight = 1 / usdPerGoodAnswer;
        const value = ({ estimatedQuality, estimatedCostUsd }: (typeof parts)[number]) =>
          estimatedQuality - priceWeight * estimatedCostUsd;
        const [choice] = choicesAmong(utility({ usdPerGoodAnswer }), models);
        const chosen = parts[models.findIndex(({ id }) => id === choice?.model)];
        const best = Math.max(...parts.map(value));
        expect(value(chosen as (typeof parts)[number])).toBeGreaterThanOrEqual(
          best - 1e-9 * (1 + Math.abs(best)),
        );
      },
    ),
    { numRuns: runs(200, 10_000) },
  );
});

test("its parameters describe it", () => {
  expect(utility({ usdPerGoodAnswer: 0.05 })).toMatchObject({
    name: "utility",
    parameters: { usdPerGoodAnswer: 0.05 },
  });
  expect(choicesAmong(utility({ usdPerGoodAnswer: 0.05 }), [small, mid])[0]?.reason).toBe(
    "most quality for its cost, at $0.05 a good answer",
  );
});
