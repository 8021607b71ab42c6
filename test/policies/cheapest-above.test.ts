import fc from "fast-check";
import { expect, test } from "vitest";
import { cheapestAbove } from "../../policies/index.ts";
import { InvalidOptionError } from "../../src/contracts/index.ts";
import { candidateOf } from "../../src/testing/index.ts";
import { runs } from "../support/runs.ts";
import { choicesAmong, sharesOf } from "../support/shares-of.ts";

const small = candidateOf("small", { estimatedQuality: 0.6, estimatedCostUsd: 0.001 });
const mid = candidateOf("mid", { estimatedQuality: 0.8, estimatedCostUsd: 0.005 });
const large = candidateOf("large", { estimatedQuality: 0.9, estimatedCostUsd: 0.03 });
const all = [large, small, mid];

test.each([
  { floor: 0, model: "small", reason: "cheapest with an expected quality of at least 0" },
  { floor: 0.6, model: "small", reason: "cheapest with an expected quality of at least 0.6" },
  { floor: 0.61, model: "mid", reason: "cheapest with an expected quality of at least 0.61" },
  { floor: 0.85, model: "large", reason: "cheapest with an expected quality of at least 0.85" },
  { floor: 0.95, model: "large", reason: "highest expected quality, none reaches 0.95" },
])("a floor of $floor leads to $model", ({ floor, model, reason }) => {
  expect(choicesAmong(cheapestAbove(floor), all)).toEqual([{ model, reason }]);
});

test("ties in cost go to the better model, ties in quality to the cheaper one", () => {
  const twin = candidateOf("twin", { estimatedQuality: 0.7, estimatedCostUsd: 0.001 });
  expect(sharesOf(cheapestAbove(0.5), [small, twin])).toEqual({ twin: 1 });
  const dear = candidateOf("dear", { estimatedQuality: 0.9, estimatedCostUsd: 1 });
  expect(sharesOf(cheapestAbove(0.95), [dear, large])).toEqual({ large: 1 });
});

test("a model of unknown price counts as more expensive than all others, not as free", () => {
  const priceless = candidateOf("priceless", { estimatedQuality: 0.99 });
  expect(sharesOf(cheapestAbove(0.8), [priceless, ...all])).toEqual({ mid: 1 });
  expect(sharesOf(cheapestAbove(0.95), [priceless, ...all])).toEqual({ priceless: 1 });
});

test("where a quality is not known, only a model that is known to reach the floor is chosen", () => {
  const unproven = candidateOf("unproven", { estimatedCostUsd: 0 });
  expect(sharesOf(cheapestAbove(0.8), [unproven, ...all])).toEqual({ mid: 1 });
  expect(sharesOf(cheapestAbove(0.95), [unproven, ...all])).toEqual({});
  expect(sharesOf(cheapestAbove(0), ["a", "b"])).toEqual({});
});

test("the only permitted model is chosen, even of unknown quality", () => {
  expect(choicesAmong(cheapestAbove(0.8), ["any"])).toEqual([
    { model: "any", reason: "the only permitted model" },
  ]);
});

test("the floor is reached wherever a model reaches it, else the highest quality is chosen", () => {
  const unit = fc.double({ min: 0, max: 1, noNaN: true });
  const known = fc.record({ estimatedQuality: unit, estimatedCostUsd: fc.option(unit, { nil: undefined }) });
  fc.assert(
    fc.property(fc.array(known, { minLength: 1, maxLength: 6 }), unit, (parts, floor) => {
      const models = parts.map((part, index) => candidateOf(`m${index}`, part));
      const [choice] = choicesAmong(cheapestAbove(floor), models);
      const quality = models.find(({ id }) => id === choice?.model)?.estimatedQuality;
      const highest = Math.max(...parts.map(({ estimatedQuality }) => estimatedQuality));
      expect(quality).toBeGreaterThanOrEqual(Math.min(floor, highest));
    }),
    { numRuns: runs(200, 10_000) },
  );
});

test("its parameters describe it", () => {
  expect(cheapestAbove(0.8)).toMatchObject({ name: "cheapestAbove", parameters: { floor: 0.8 } });
});

test.each([[1.01], [-0.1], [Number.NaN], ["0.8"], [undefined]])("a floor of %j is refused", (floor) => {
  const build = () => cheapestAbove(floor as number);
  expect(build).toThrow(InvalidOptionError);
  expect(build).toThrow(/^cheapestAbove\.floor must be a number in \[0, 1\], (?:got|but it is missing)/);
});
