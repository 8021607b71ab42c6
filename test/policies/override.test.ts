import { expect, test } from "vitest";
import { type OverrideOptions, override, random, threshold } from "../../policies/index.ts";
import { InvalidOptionError } from "../../src/contracts/index.ts";
import { factsOf } from "../../src/testing/index.ts";
import { choicesAmong, sharesOf } from "../support/shares-of.ts";

const among = ["small", "large"];
const policy = override({
  label: "routing",
  values: { "all-large": "large", shuffle: random() },
  otherwise: threshold({ small: "small", large: "large", at: 0.7 }),
});
const labelled = (routing: string) => ({ complexity: 0.1, request: factsOf({ labels: { routing } }) });

test("the value of the label decides", () => {
  expect(choicesAmong(policy, among, labelled("all-large"))).toEqual([
    { model: "large", reason: "routing is all-large" },
  ]);
  expect(choicesAmong(policy, among, labelled("shuffle"))[0]).toEqual({
    model: "small",
    reason: "routing is shuffle: random, equal shares",
    probability: 0.5,
  });
});

test("without the label, at another value, and where the model is not permitted, otherwise decides", () => {
  const reason = "complexity below 0.7";
  expect(choicesAmong(policy, among, { complexity: 0.1 })).toEqual([{ model: "small", reason }]);
  expect(choicesAmong(policy, among, labelled("off"))).toEqual([{ model: "small", reason }]);
  expect(sharesOf(policy, ["small"], labelled("all-large"))).toEqual({ small: 1 });
});

test("names of object internals are not flags", () => {
  const odd = override({ label: "constructor", values: { large: "large" }, otherwise: "small" });
  expect(choicesAmong(odd, among)).toEqual([{ model: "small", reason: "no override by constructor" }]);
  expect(sharesOf(policy, among, labelled("__proto__"))).toEqual({ small: 1 });
});

test("its parameters describe it", () => {
  expect(policy).toMatchObject({
    name: "override",
    parameters: {
      label: "routing",
      values: { "all-large": "large", shuffle: { name: "random" } },
      otherwise: { name: "threshold" },
    },
    models: ["large", "small"],
  });
});

const good = { label: "routing", values: { on: "large" }, otherwise: "small" };

test.each([
  [{ ...good, values: {} }, "override.values must be an object of at least one model or policy"],
  [{ ...good, values: { on: 1 } }, "override.values.on must be a non-empty string, got 1"],
  [{ ...good, otherwise: undefined }, "override.otherwise must be a non-empty string, but it is missing"],
])("options %j are refused", (options, message) => {
  const build = () => override(options as OverrideOptions<string>);
  expect(build).toThrow(InvalidOptionError);
  expect(build).toThrow(message);
});
