import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Check, Choice } from "../../../src/contracts/index.ts";
import { draw } from "../../../src/router/decide/draw.ts";
import { candidateOf } from "../../../src/testing/index.ts";

const candidates = [candidateOf("small"), candidateOf("large")];
const choice = (model: "small" | "large", probability?: number): Choice<"small" | "large"> => ({
  model,
  reason: model,
  probability,
});
const drawn = (opinion: unknown, random = 0.5) =>
  draw("p", opinion as Choice<"small" | "large">, candidates as never, random);

describe("a draw", () => {
  it("returns a single choice for any number", () => {
    expect(drawn(choice("small"), 0.999)).toEqual({ choice: choice("small"), propensity: 1 });
  });

  it("walks through a lottery in its order", () => {
    const lottery = [choice("small", 0.7), choice("large", 0.3)];
    expect(drawn(lottery, 0.69).choice.model).toBe("small");
    expect(drawn(lottery, 0.7).choice.model).toBe("large");
    expect(drawn(lottery, 0.7).propensity).toBe(0.3);
  });

  it("adds up the propensity of equal plans and keeps different ones apart", () => {
    const check: Check = { name: "ok", accepts: () => true };
    const cascade = { ...choice("small", 0.2), escalate: [{ unless: check, to: "large" }] };
    const lottery = [choice("small", 0.25), choice("large", 0.3), choice("small", 0.25), cascade];
    expect(drawn(lottery, 0).propensity).toBe(0.5);
    expect(drawn(lottery, 0.9)).toEqual({ choice: cascade, propensity: 0.2 });
  });

  it("lands on the last possible choice when rounding leaves a gap", () => {
    const lottery = [...Array.from({ length: 10 }, () => choice("small", 0.1)), choice("large", 0)];
    expect(drawn(lottery, 1 - 2 ** -53).choice.model).toBe("small");
  });

  it("draws each choice as often as stated", () => {
    const weights = fc.array(fc.integer({ min: 1, max: 20 }), { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(weights, (given) => {
        const sum = given.reduce((a, b) => a + b, 0);
        const lottery = given.map((weight, index) => ({
          ...choice("small", weight / sum),
          reason: `${index}`,
        }));
        // One number in the middle of each of `sum` equal cells: every choice gets its weight exactly.
        const counts = given.map(() => 0);
        for (let cell = 0; cell < sum; cell += 1) {
          const index = Number(drawn(lottery, (cell + 0.5) / sum).choice.reason);
          counts[index] = (counts[index] ?? 0) + 1;
        }
        expect(counts).toEqual(given);
      }),
    );
  });
});

describe("an opinion that is refused", () => {
  const cases: readonly (readonly [what: string, opinion: unknown, message: RegExp])[] = [
    ["none", undefined, /policy p had no opinion; permitted: small, large/],
    ["an empty lottery", [], /had no opinion/],
    ["a partial lottery", [choice("small", 0.4)], /left 0\.600 of the probability without an opinion/],
    ["a partial choice", choice("small", 0.4), /left 0\.600/],
    ["a lottery that sums to 1.2", [choice("small", 0.6), choice("large", 0.6)], /sum to 1\.2, more than 1/],
    [
      "a model that is not permitted",
      { model: "huge", reason: "" },
      /chose "huge", which is not permitted here/,
    ],
    ["a probability of NaN", [choice("small", Number.NaN)], /probability NaN for small/],
    ["a negative probability", [choice("small", -0.1), choice("large", 1)], /not in \[0, 1\]/],
    ["a choice without a model", { reason: "x" }, /a choice without a model/],
    ["a promise", Promise.resolve(choice("small")), /a promise: select\(\) must not be async/],
    ["null", null, /a choice without a model/],
    ["a choice without a reason", { model: "small" }, /chose small without a reason/],
    [
      "a choice with a field that is not known",
      { ...choice("small"), effort: "high" },
      /returned the field "effort", which a choice does not have: it has model, reason, probability, escalate, expectedCostUsd, insteadOf, arms$/,
    ],
    [
      "a lottery in which one is misspelt",
      [choice("small", 0.5), { ...choice("large", 0.5), escalation: [] }],
      /returned the field "escalation".*\. Did you mean escalate\?$/,
    ],
    [
      "a step with a field that is not known",
      {
        ...choice("small"),
        escalate: [{ unless: { name: "c", accepts: () => true }, to: "large", when: "refused" }],
      },
      /returned the field "when", which a step of a plan does not have: it has unless, to$/,
    ],
    [
      "a plan that is not followed with a field that is not known",
      { ...choice("small"), insteadOf: { modell: "large", model: "large" } },
      /returned the field "modell".*Did you mean model\?$/,
    ],
    ["an escalation that is no list", { ...choice("small"), escalate: {} }, /not a list/],
    ["an escalation to nothing", { ...choice("small"), escalate: [null] }, /chose undefined/],
    [
      "an escalation to a model that is not permitted",
      { ...choice("small"), escalate: [{ unless: { name: "c", accepts: () => true }, to: "huge" }] },
      /chose "huge"/,
    ],
    ["an escalation without a check", { ...choice("small"), escalate: [{ to: "large" }] }, /without a check/],
  ];
  for (const [what, opinion, message] of cases) {
    it(`is ${what}`, () => {
      expect(() => drawn(opinion)).toThrowError(message);
    });
  }
});
