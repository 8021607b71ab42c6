import { expect, test } from "vitest";
import { offlineHop } from "../../../evals/replay/offline-hop.ts";
import type { Classifier, RequestFacts } from "../../../src/contracts/index.ts";
import { calibrated } from "../../../src/router/classifiers/index.ts";

const facts = { ask: "" } as RequestFacts;
const hop = offlineHop(0, new AbortController().signal);
const base: Classifier = {
  name: "base",
  version: "1",
  classify: () => ({ complexity: 0.25, category: "math", quality: { other: 0.5, own: 0.9 } }),
};

test("adds calibrated qualities and changes nothing else", async () => {
  const classifier = calibrated(base, {
    easy: { kind: "identity" },
    own: { kind: "isotonic", estimates: [0, 1], values: [0.2, 0.4] },
    mean: { kind: "constant", value: 0.6 },
  });
  const { quality, ...rest } = await classifier.classify(facts, hop);
  expect(rest).toEqual({ complexity: 0.25, category: "math" });
  expect(quality).toEqual({ other: 0.5, easy: 0.75, own: expect.closeTo(0.38, 12), mean: 0.6 });
});

test("its version covers the classifier's version and the curves", () => {
  const one = calibrated(base, { a: { kind: "identity" } });
  expect(one.name).toBe("calibrated(base)");
  expect(calibrated(base, { a: { kind: "identity" } }).version).toBe(one.version);
  expect(calibrated({ ...base, version: "2" }, { a: { kind: "identity" } }).version).not.toBe(one.version);
  expect(calibrated(base, { b: { kind: "identity" } }).version).not.toBe(one.version);
});

test.each<[string, unknown]>([
  ["no curves", {}],
  ["null", null],
  ["a curve that is none", { a: { kind: "spline" } }],
  ["a falling curve", { a: { kind: "isotonic", estimates: [0, 1], values: [0.4, 0.2] } }],
  ["a falling Platt curve", { a: { kind: "platt", slope: -1, intercept: 0 } }],
  ["a quality above 1", { a: { kind: "constant", value: 1.1 } }],
])("refuses %s", (_, curves) => {
  expect(() => calibrated(base, curves as never)).toThrow(/^calibrated\.curves/);
});
