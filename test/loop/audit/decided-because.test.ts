import { describe, expect, it } from "vitest";
import { always, cascade, guarded } from "../../../policies/index.ts";
import type { Check } from "../../../src/contracts/index.ts";
import { ProviderError } from "../../../src/index.ts";
import { createHoldOut, createPromise, createRollout, errors, keepPromise } from "../../../src/loop/index.ts";
import { type AuditedRouter, audited } from "../../support/audited.ts";
import { salt } from "../../support/rollout/rollout-world.ts";

const ask = { messages: [{ role: "user" as const, content: "Hello" }] };
const limits = { maxLoss: 0.02, window: 100 };

/** Audits requests that are sent after `before`, and returns what decided them. */
async function because(
  world: AuditedRouter,
  requests: readonly object[] = [{}],
  before: (router: ReturnType<typeof audited>["router"]) => Promise<unknown> = async () => {},
): Promise<readonly unknown[]> {
  const { router, audit, losses, lines } = audited(world);
  await before(router);
  await audit.flush();
  const earlier = losses.length;
  for (const request of requests) {
    await router.route({ ...ask, ...request });
    await audit.flush();
  }
  const found = losses.slice(earlier).map((record) => record.because);
  const written = lines().map(({ metadata }) => metadata.audit["because"]);
  // The file says the same, of those that were compared.
  expect(written.slice(written.length - found.length)).toEqual(found);
  await router.close();
  return found;
}

describe("an audited request is decided by", () => {
  it("the policy, also where a cascade escalates to the next model of its plan", async () => {
    expect(await because({})).toEqual(["policy"]);
    const never: Check = { name: "never", accepts: () => false };
    const policy = cascade({ first: "small", then: "large", unless: never });
    expect(await because({ options: { policy } })).toEqual(["policy"]);
  });

  it("a pin", async () => {
    expect(await because({}, [{ model: "small" }, { model: "large" }])).toEqual(["pin", "pin"]);
  });

  it("a fallback, where a model answered that the plan does not hold", async () => {
    let isDown = true;
    const answer = () => {
      // For training it is asked later.
      if (isDown) throw new ProviderError({ model: "fake:small", kind: "server" });
      return "ok";
    };
    const world: AuditedRouter = { small: { answer }, options: { execution: { retries: 0 } } };
    const { router, audit, losses } = audited(world);
    const { attempts } = await router.route(ask);
    isDown = false;
    expect(attempts.map(({ model }) => model)).toEqual(["small", "large"]);
    await audit.flush();
    expect(losses.map((record) => record.because)).toEqual(["fallback"]);
    await router.close();
  });

  it("a cap of a tenant, or the answer to a broken promise, which replaced the policy's plan", async () => {
    const policy = guarded(always("large"), { usual: 0.05, large: "large" });
    const flood = async (router: ReturnType<typeof audited>["router"]) => {
      for (let at = 0; at < 300; at += 1) await router.decide({ ...ask, tenant: "greedy" });
    };
    expect(await because({ options: { policy } }, [{ tenant: "greedy" }], flood)).toEqual(["cap"]);
    const promise = createPromise(limits);
    for (let at = 0; at < 100; at += 1) promise.add({ loss: 1 });
    const kept = keepPromise(always("small"), { promise, otherwise: "large" });
    const [found] = await because({ options: { policy: kept } });
    expect(found).toBe("promise");
  });

  it("the soft limit of a budget", async () => {
    const budgets = [
      { name: "soft", limitUsd: 10, period: "total", degrade: { from: 0.1, to: "small" } },
    ] as const;
    const world: AuditedRouter = { options: { policy: always("large"), budgets } };
    const spend = async (router: ReturnType<typeof audited>["router"]) => {
      for (let at = 0; at < 3; at += 1) await router.route({ ...ask, model: "large" });
    };
    expect(await because(world, [{}], spend)).toEqual(["budget"]);
  });

  it("the hold-out, for its own units alone, and the arm of a rollout is the policy", async () => {
    const rollout = createRollout({
      id: "r",
      salt,
      unit: "session",
      control: always("large"),
      candidate: always("small"),
      stages: [{ share: 0.5 }],
      guards: [errors({ margin: 0.05 })],
    });
    const holdOut = createHoldOut({ policy: rollout.policy, large: "large", share: 0.5, salt });
    const sessions = Array.from({ length: 20 }, (_, at) => ({ session: `s${at}` }));
    const found = await because({ options: { policy: holdOut.policy } }, sessions);
    const { heldOut, routed } = holdOut.saving();
    expect(found.filter((one) => one === "held-out")).toHaveLength(heldOut.requests);
    expect(found.filter((one) => one === "policy")).toHaveLength(routed.requests);
    expect(Math.min(heldOut.requests, routed.requests)).toBeGreaterThan(3);
    await rollout.close();
  });
});

it("a promise lists what is no evidence apart, by what decided it", () => {
  const promise = createPromise(limits);
  for (const one of ["pin", "cap", "budget", "fallback", "held-out"] as const)
    promise.add({ loss: 1, because: one });
  expect(promise.standing().records).toBe(0);
  expect(promise.report().apart).toMatchObject(
    ["pin", "cap", "budget", "fallback", "held-out"].map((one) => ({ because: one, records: 1 })),
  );
});
