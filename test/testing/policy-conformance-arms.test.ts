import { expect, test } from "vitest";
import { always, firstOf } from "../../policies/index.ts";
import type { Choice, Policy } from "../../src/contracts/index.ts";
import { policyConformance } from "../../src/testing/index.ts";

type Id = "small" | "large";
type Change = (choice: Choice<Id>) => Choice<Id>;

async function failureOf(change: Change, more: object = {}): Promise<unknown> {
  const around = (inner: Policy<Id>): Policy<Id> => ({
    ...inner,
    ...more,
    select(context) {
      const opinion = inner.select(context);
      const list = opinion === undefined ? [] : Array.isArray(opinion) ? opinion : [opinion as Choice<Id>];
      return list.map(change);
    },
  });
  const cases = policyConformance({ policy: around(always("small")), models: ["small", "large"], around });
  const arms = cases.find(({ name }) => name.startsWith("passes on the arms"));
  return arms?.run().catch((error: unknown) => error);
}

test.each<{ what: string; change: Change; more?: object; problem: RegExp }>([
  { what: "drops arms", change: ({ arms: _, ...one }) => one, problem: /lost it: pass choice\.arms on/ },
  {
    what: "drops those of one arm",
    change: (one) => (one.arms?.[0]?.arm === "candidate" ? { ...one, arms: undefined } : one),
    problem: /the arm candidate lost it/,
  },
  {
    what: "changes an interval",
    change: (one) => ({ ...one, arms: one.arms?.map((arm) => ({ ...arm, high: 0.9 })) }),
    problem: /lost it/,
  },
  {
    what: "scales one arm",
    change: (one) => (one.arms?.[0]?.arm === "candidate" ? { ...one, probability: 0.1 } : one),
    problem: /another factor/,
  },
  {
    what: "drops what is read",
    change: (one) => one,
    more: { reads: undefined },
    problem: /reads must hold sample-rollout/,
  },
])("a combinator that $what is found", async ({ change, more, problem }) => {
  expect(String(await failureOf(change, more))).toMatch(problem);
});

test("one that passes all on conforms, and one that is not asked for its inner policy, too", async () => {
  expect(await failureOf((one) => one)).toBeUndefined();
  const around = (inner: Policy<Id>) => firstOf<Id>(always("small"), inner);
  for (const { run } of policyConformance({ policy: around(always("large")), models: ["small"], around }))
    await run();
});
