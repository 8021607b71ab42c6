import { expect, it } from "vitest";
import { type OutcomeRecord, replay } from "../../../evals/index.ts";
import { scoreWith } from "../../../evals/scorers/score-with.ts";
import { arithmetic } from "../../../policies/checks/index.ts";
import { cascade } from "../../../policies/index.ts";
import { isRouterError, type Policy } from "../../../src/index.ts";
import { crashesOf } from "../../support/user-functions/crashes.ts";

const models = ["small", "large"] as const;
const records: readonly OutcomeRecord[] = [
  {
    id: "1",
    prompt: "1 + 1",
    outcomes: { small: { quality: 1, answer: "1 + 1 = 2" }, large: { quality: 1 } },
  },
];
const failing = async () => {
  throw new Error("dropped");
};

it("an async function where a synchronous one is meant does not end the process", async () => {
  const check = { ...arithmetic(), name: "later", accepts: failing };
  const policies = [
    cascade({ first: "small", then: "large", unless: check }),
    { name: "later", select: failing } as unknown as Policy<"small" | "large">,
  ];
  const crashes = await crashesOf(async () => {
    for (const policy of policies) {
      const error = await replay(records, { models, policy }).catch((thrown: unknown) => thrown);
      expect(isRouterError(error)).toBe(true);
    }
    const score = await scoreWith((() => ({ score: failing() })) as never, { output: "x" } as never);
    expect(score.score).toBeNull();
  });
  expect(crashes).toEqual([]);
});
