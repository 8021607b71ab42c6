import fc from "fast-check";
import { expect, test } from "vitest";
import type { DecisionLine } from "../../../evals/data/decisions/decision-line.ts";
import { recordedContext } from "../../../evals/monitor/off-policy/recorded-context.ts";
import { spillOver, threshold } from "../../../policies/index.ts";
import type { Constraint, Load, Model } from "../../../src/contracts/index.ts";
import { createRouter } from "../../../src/index.ts";
import { fakeModel } from "../../../src/testing/index.ts";
import { runs } from "../../support/runs.ts";

const load: fc.Arbitrary<Load | undefined> = fc.option(
  fc.record(
    {
      waiting: fc.integer({ min: 0, max: 50 }),
      expectedWaitMs: fc.double({ min: 0, max: 2_000, noNaN: true }),
      kvUsage: fc.double({ min: 0, max: 1, noNaN: true }),
      ageMs: fc.constant(0),
    },
    { requiredKeys: ["ageMs"] },
  ),
  { nil: undefined },
);

const policyAbove = (waitMs: number) =>
  spillOver(
    { from: "own", to: "cloud", above: { waitMs } },
    threshold({ small: "own", large: "cloud", at: 0.6 }),
  );

const busyConstraint: Constraint = {
  name: "eu",
  permits: ({ facts }) => facts.labels["residency"] !== "us" || "elsewhere",
};

/** A pool whose members have the loads that a test sets. */
function world() {
  const loads: { now: readonly (Load | undefined)[] } = { now: [undefined] };
  const models = Array.from({ length: 5 }, (_, at) => ({
    ...fakeModel({ name: "vllm:m", labels: { residency: at === 0 ? "us" : "eu" } }),
    endpoint: `http://${at}/`,
  }));
  const own = {
    ...fakeModel({ name: "own" }),
    members: () =>
      loads.now.map((one, at) => {
        const model = models[at] as Model;
        const key = `own@http://${at}/`;
        return { key, model, facts: model, state: "ready" as const, inFlight: 0, load: one };
      }),
  } as Model;
  return { own, loads };
}

const models = { own: fakeModel({ name: "own" }), cloud: fakeModel({ name: "cloud" }) };

test("a decision of a pool is replayed from its record: the same choice for the same reason", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.array(load, { minLength: 1, maxLength: 5 }), { minLength: 1, maxLength: 6 }),
      async (all) => {
        const { own, loads } = world();
        const router = createRouter({
          models: { own, cloud: models.cloud },
          policy: policyAbove(500),
          constraints: [busyConstraint],
        });
        for (const [at, one] of all.entries()) {
          loads.now = one;
          const decision = await router.decide(at % 2 === 0 ? "Hello" : "Prove that there are many primes");
          const line = JSON.parse(JSON.stringify(decision)) as DecisionLine;
          const context = recordedContext(line, models, { file: "log", line: at + 1 });
          if (context.candidates.length < 2) continue;
          const again = policyAbove(500).select(context);
          expect(again).toMatchObject({ model: decision.model, reason: decision.reason });
          // What would have been with another bound follows from the record, too.
          const strict = policyAbove(0).select(context);
          const waitMs = decision.candidates[0]?.load?.expectedWaitMs ?? 0;
          if (waitMs > 0) expect(strict).toMatchObject({ model: "cloud" });
        }
      },
    ),
    { numRuns: runs(40, 1_000) },
  );
});
