import { expect, test } from "vitest";
import type { Constraint } from "../../src/contracts/index.ts";
import { constraintConformance } from "../../src/testing/index.ts";

/** Returns the names of the cases that a constraint fails. */
async function failures(constraint: Constraint, failsClosed?: boolean): Promise<string[]> {
  const failed: string[] = [];
  const cases = constraintConformance({ constraint, models: ["small", "large"], failsClosed });
  for (const { name, run } of cases) await run().catch(() => failed.push(name));
  return failed;
}

const inEurope: Constraint = {
  name: "europe",
  permits: ({ facts }) => facts.labels["residency"] === "eu" || "not in the EU",
};
const state = { calls: 0 };

test("a constraint that keeps the contract passes", async () => {
  expect(await failures(inEurope, true)).toEqual([]);
});

test("one that permits an unknown model fails if it claims to fail closed", async () => {
  const notInUs: Constraint = {
    name: "not-us",
    permits: ({ facts }) => facts.labels["residency"] !== "us" || "in the US",
  };
  expect(await failures(notInUs)).toEqual([]);
  expect(await failures(notInUs, true)).toEqual(["does not permit a model without known facts"]);
});

test.each<{ what: string; constraint: Constraint; failed: string[] }>([
  { what: "has no name", constraint: { ...inEurope, name: "" }, failed: ["has a name"] },
  {
    what: "answers false",
    constraint: { name: "bad", permits: () => false as unknown as string },
    failed: ["answers true or a reason", "answers for requests made to break it"],
  },
  {
    what: "gives no reason",
    constraint: { name: "bad", permits: () => "" },
    failed: ["answers true or a reason", "answers for requests made to break it"],
  },
  {
    what: "counts its calls",
    constraint: { name: "bad", permits: () => `call ${++state.calls}` },
    failed: ["gives the same answer for the same model and request, in any order"],
  },
  {
    what: "forbids an id, and not what it stands for",
    constraint: { name: "bad", permits: ({ id }) => id !== "large" || "too expensive" },
    failed: ["refuses every effort of a model that it refuses"],
  },
  {
    what: "draws",
    constraint: { name: "bad", permits: () => Math.random() < 2 || "unlucky" },
    failed: ["neither draws nor reads the clock"],
  },
  {
    what: "labels the model",
    constraint: {
      name: "bad",
      permits: ({ facts }) => {
        if (!Object.isFrozen(facts.labels)) (facts.labels as Record<string, string>)["seen"] = "yes";
        return true;
      },
    },
    failed: ["leaves its input unchanged"],
  },
  {
    what: "quotes the prompt",
    constraint: { name: "bad", permits: (_, { request }) => `asked ${request.ask}` },
    failed: ["quotes no prompt in a reason"],
  },
])("a constraint that $what fails", async ({ constraint, failed }) => {
  expect(await failures(constraint)).toEqual(failed);
});
