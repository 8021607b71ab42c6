import { expect, test } from "vitest";
import type { Choice, Policy } from "../../src/contracts/index.ts";
import { policyConformance } from "../../src/testing/index.ts";

type Id = "small" | "large";
type Select = Policy<Id>["select"];

/** Returns the names of the cases that a policy fails. */
async function failures(policy: Policy<Id>): Promise<string[]> {
  const failed: string[] = [];
  for (const { name, run } of policyConformance({ policy, models: ["small", "large"] }))
    await run().catch(() => failed.push(name));
  return failed;
}

const first: Select = ({ candidates }) => ({ model: candidates[0]?.id ?? "small", reason: "first" });
const withChoice =
  (change: (choice: Choice<Id>) => unknown): Select =>
  (context) =>
    change(first(context) as Choice<Id>) as Choice<Id>;
const state = { calls: 0 };

test("a policy that keeps the contract passes", async () => {
  expect(await failures({ name: "first", select: first })).toEqual([]);
});

test.each<{ what: string; policy: Policy<Id>; failed: string }>([
  { what: "has no name", policy: { name: "", select: first }, failed: "has a name" },
  {
    what: "has a date among its parameters",
    policy: { name: "bad", parameters: { since: new Date(0) }, select: first },
    failed: "has parameters that survive JSON",
  },
  {
    what: "has NaN among its parameters",
    policy: { name: "bad", parameters: { at: Number.NaN }, select: first },
    failed: "has parameters that survive JSON",
  },
  {
    what: "needs a second model",
    policy: {
      name: "bad",
      select: ({ candidates }) => ({ model: (candidates[1] as { id: Id }).id, reason: "x" }),
    },
    failed: "decides with one model permitted",
  },
  {
    what: "needs a classification",
    policy: {
      name: "bad",
      select: ({ classification, candidates }) => {
        if (classification === undefined) throw new TypeError("no classification");
        return { model: candidates[0]?.id ?? "small", reason: "x" };
      },
    },
    failed: "decides without a classification",
  },
  {
    what: "reads labels through the prototype",
    policy: {
      name: "bad",
      select: (context) => {
        const tiers: Record<string, unknown> = { clinic: "large" };
        const tier = tiers[context.request.tenant ?? ""];
        if (typeof tier === "function") throw new TypeError("not a tier");
        return first(context);
      },
    },
    failed: "decides on requests made to break a parser",
  },
  {
    what: "answers with a promise",
    policy: { name: "bad", select: withChoice((choice) => Promise.resolve(choice)) },
    failed: "returns a choice, several or nothing, at once",
  },
  {
    what: "gives no reason",
    policy: { name: "bad", select: withChoice((choice) => ({ ...choice, reason: "" })) },
    failed: "returns a choice, several or nothing, at once",
  },
  {
    what: "ignores which models are permitted",
    policy: { name: "bad", select: () => ({ model: "large", reason: "always" }) },
    failed: "names only models that are permitted",
  },
  {
    what: "escalates to a model that is not permitted",
    policy: {
      name: "bad",
      select: withChoice((choice) => ({
        ...choice,
        escalate: [{ unless: { name: "never", accepts: () => false }, to: "large" }],
      })),
    },
    failed: "names only models that are permitted",
  },
  {
    what: "gives too much probability",
    policy: { name: "bad", select: withChoice((choice) => [choice, { ...choice, probability: 0.2 }]) },
    failed: "gives probabilities in [0, 1] that sum to at most 1",
  },
  {
    what: "gives a probability that is NaN",
    policy: { name: "bad", select: withChoice((choice) => ({ ...choice, probability: Number.NaN })) },
    failed: "gives probabilities in [0, 1] that sum to at most 1",
  },
  {
    what: "chooses an effort apart from the id",
    policy: {
      name: "bad",
      select: withChoice((choice) => ({ ...choice, effort: "high" }) as Choice<Id>),
    },
    failed: "returns a choice, several or nothing, at once",
  },
  {
    what: "counts its calls",
    policy: {
      name: "bad",
      select: withChoice((choice) => {
        state.calls += 1;
        return { ...choice, reason: `call ${state.calls}` };
      }),
    },
    failed: "gives the same result for the same request, in any order",
  },
  {
    what: "draws",
    policy: { name: "bad", select: withChoice((choice) => (Math.random() < 2 ? choice : undefined)) },
    failed: "neither draws nor reads the clock",
  },
  {
    what: "reads the clock",
    policy: { name: "bad", select: withChoice((choice) => (Date.now() > 0 ? choice : undefined)) },
    failed: "neither draws nor reads the clock",
  },
  {
    what: "sorts its input",
    policy: {
      name: "bad",
      select: (context) => {
        if (!Object.isFrozen(context.candidates)) (context.candidates as unknown[]).reverse();
        return first(context);
      },
    },
    failed: "leaves its input unchanged",
  },
  {
    what: "quotes the prompt",
    policy: {
      name: "bad",
      select: (context) => ({ ...(first(context) as Choice<Id>), reason: `asked ${context.request.ask}` }),
    },
    failed: "quotes no prompt in a reason",
  },
])("a policy that $what fails a case", async ({ policy, failed }) => {
  expect(await failures(policy)).toContain(failed);
});

test("Math.random and the clocks are restored", async () => {
  await failures({ name: "draws", select: withChoice((choice) => (Math.random() < 2 ? choice : undefined)) });
  expect(Math.random()).toBeLessThan(1);
  expect(Date.now()).toBeGreaterThan(0);
  expect(performance.now()).toBeGreaterThan(0);
});
