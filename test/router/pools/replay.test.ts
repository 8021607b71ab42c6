import fc from "fast-check";
import { expect, test, vi } from "vitest";
import type { DecisionLine } from "../../../evals/data/decisions/decision-line.ts";
import { recordedContext } from "../../../evals/monitor/off-policy/recorded-context.ts";
import { spillOver, threshold } from "../../../policies/index.ts";
import type { Constraint, Decision, Load, Model } from "../../../src/contracts/index.ts";
import { createRouter } from "../../../src/index.ts";
import { pool } from "../../../src/router/pools/index.ts";
import { fakeModel } from "../../../src/testing/index.ts";
import { handDiscovery } from "../../support/pools/hand.ts";
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
        const done = await router.replace({ policy: policyAbove(500), reason: "the same", dryRun: true });
        expect(done).toMatchObject({ compared: all.length, changedShare: 0 });
      },
    ),
    { numRuns: runs(40, 1_000) },
  );
});

test("a dry run takes the load of then, and other constraints by the members of now, if there are any", async () => {
  const hand = handDiscovery();
  hand.set("http://a/");
  const as = ({ url }: { readonly url: string }) => ({
    ...fakeModel({ name: "vllm:m", labels: { residency: "eu" } }),
    endpoint: url,
  });
  const own = pool("own", { discover: hand, as });
  const router = createRouter({ models: { own, cloud: models.cloud }, policy: policyAbove(500) });
  const decisions: Decision[] = [];
  for (let turn = 0; turn < 3; turn += 1) decisions.push(await router.decide("Hello"));
  expect(decisions.map(({ model }) => model)).toEqual(["own", "own", "own"]);
  const notUs = { constraints: [busyConstraint], reason: "stay", dryRun: true };
  const noEu: Constraint = { name: "no", permits: ({ facts }) => facts.labels["residency"] !== "eu" || "eu" };
  expect(await router.replace(notUs)).toMatchObject({ compared: 3, changedShare: 0 });
  expect(await router.replace({ ...notUs, constraints: [noEu] })).toMatchObject({ changedShare: 1 });
  hand.set();
  await vi.waitFor(() => expect(own.members?.()).toEqual([]));
  expect(await router.replace(notUs)).toMatchObject({ compared: 3, changedShare: 0 });
  await router.close();
});
