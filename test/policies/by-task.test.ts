import { describe, expect, test } from "vitest";
import { type ByTaskOptions, byTask, mix, threshold } from "../../policies/index.ts";
import { InvalidOptionError } from "../../src/contracts/index.ts";
import { factsOf } from "../../src/testing/index.ts";
import { partialLottery } from "../support/partial-lottery.ts";
import { choicesAmong, sharesOf } from "../support/shares-of.ts";

const among = ["coder", "small", "large"];
const policy = byTask({
  tasks: { code: "coder", maths: mix({ small: 0.5, large: 0.5 }) },
  otherwise: threshold({ small: "small", large: "large", at: 0.7 }),
});

describe("a table by category", () => {
  test("sends each category to its model or policy", () => {
    expect(choicesAmong(policy, among, { request: factsOf({ category: "code" }) })).toEqual([
      { model: "coder", reason: "category code" },
    ]);
    expect(choicesAmong(policy, among, { request: factsOf({ category: "maths" }) })).toEqual([
      { model: "small", reason: "category maths: share 0.5", probability: 0.5 },
      { model: "large", reason: "category maths: share 0.5", probability: 0.5 },
    ]);
  });

  test("uses the classifier's category where the request states none", () => {
    const classification = { complexity: 0.1, category: "code" };
    expect(sharesOf(policy, among, { classification })).toEqual({ coder: 1 });
    const request = factsOf({ category: "other" });
    expect(sharesOf(policy, among, { classification, request })).toEqual({ small: 1 });
  });

  test.each([undefined, "poetry", "constructor", "__proto__", "toString"])(
    "sends the category %s, which it does not have, to otherwise",
    (category) => {
      expect(choicesAmong(policy, among, { complexity: 0.9, request: factsOf({ category }) })).toEqual([
        { model: "large", reason: "complexity at or above 0.7" },
      ]);
    },
  );

  test("asks otherwise where the policy of a category has no opinion", () => {
    const request = factsOf({ category: "code" });
    expect(sharesOf(policy, ["small", "large"], { request, complexity: 0.1 })).toEqual({ small: 1 });
    const half = byTask({ tasks: { code: partialLottery({ coder: 0.25 }) }, otherwise: "large" });
    expect(sharesOf(half, among, { request })).toEqual({ coder: 0.25, large: 0.75 });
    expect(sharesOf(half, ["small"], { request })).toEqual({});
  });
});

test("its parameters describe it", () => {
  expect(byTask({ tasks: { code: "coder", chat: "small" }, otherwise: "large" })).toMatchObject({
    name: "byTask",
    parameters: { tasks: { code: "coder", chat: "small" }, otherwise: "large" },
    models: ["coder", "large", "small"],
  });
  expect(policy.parameters).toMatchObject({
    tasks: { code: "coder", maths: { name: "mix" } },
    otherwise: { name: "threshold", parameters: { at: 0.7 } },
  });
});

const good = { tasks: { code: "coder" }, otherwise: "large" };

test.each([
  [{ ...good, tasks: {} }, "byTask.tasks must be an object of at least one model or policy, got an object"],
  [{ ...good, tasks: ["coder"] }, "byTask.tasks must be an object of at least one model or policy"],
  [{ ...good, tasks: { code: "" } }, 'byTask.tasks.code must be a non-empty string, got ""'],
  [{ ...good, tasks: { code: {} } }, "byTask.tasks.code must be an object with select(), got an object"],
  [{ ...good, tasks: { code: null } }, "byTask.tasks.code must be an object with select(), got null"],
  [{ tasks: good.tasks }, "byTask.otherwise must be a non-empty string, but it is missing"],
])("options %j are refused", (options, message) => {
  const build = () => byTask(options as ByTaskOptions<string>);
  expect(build).toThrow(InvalidOptionError);
  expect(build).toThrow(message);
});
