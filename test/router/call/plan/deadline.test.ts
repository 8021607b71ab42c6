import { describe, expect, it } from "vitest";
import { planScript, startedPlan } from "../../../support/execution/plan-script.ts";

const parts = { plan: ["a", "b"], fallbacks: ["c"], deadlineAt: 100, retries: 0 };

describe("a deadline that has passed", () => {
  it("ends the request after a failure, from its very millisecond on", () => {
    expect(startedPlan(parts).at(99).fail(1, "not-found")).toEqual(["#2 b@1 fallback"]);
    expect(startedPlan(parts).at(100).fail(1, "not-found")).toEqual(["fail deadline"]);
  });

  it("comes before an error that ends the request anyway", () => {
    expect(startedPlan(parts).at(100).fail(1, "content-filter")).toEqual(["fail deadline"]);
  });

  it("comes after an error that is not a model's, and after one with content that was received", () => {
    expect(startedPlan(parts).at(100).fail(1, undefined)).toEqual(["fail error #1"]);
    expect(startedPlan(parts).at(100).fail(1, "server", { delivered: true })).toEqual(["fail error #1"]);
  });

  it("ends the request after a check that refused", () => {
    expect(startedPlan(parts).at(99).answer(1, "refused")).toEqual(["#2 b@1 cascade"]);
    expect(startedPlan(parts).at(100).answer(1, "refused")).toEqual(["fail deadline"]);
  });

  it("does not take back an answer", () => {
    expect(startedPlan(parts).at(200).answer(1)).toEqual(["answer #1"]);
  });

  it.each(["constraint", "money", "admission", "limits"] as const)(
    "ends the request after a refusal by %s",
    (stage) => {
      const first = planScript(parts);
      first.begin();
      expect(first.at(100).refuse(1, stage)).toEqual(["fail deadline"]);
      const accepted = startedPlan(parts);
      expect(accepted.at(100).refuse(1, stage)).toEqual(["fail deadline"]);
      const searching = startedPlan(parts);
      searching.fail(1, "not-found");
      expect(searching.at(100).refuse(2, stage)).toEqual(["fail deadline"]);
    },
  );

  it("is none where the request has none", () => {
    expect(
      startedPlan({ fallbacks: ["b"] })
        .at(1e12)
        .fail(1, "not-found"),
    ).toEqual(["#2 b fallback"]);
  });
});
