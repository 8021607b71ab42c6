import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { only } from "../../policies/constraints/index.ts";
import { always } from "../../policies/index.ts";
import type { Policy } from "../../src/contracts/index.ts";
import { createRouter } from "../../src/index.ts";
import { errors } from "../../src/loop/guards/errors.ts";
import { createRollout } from "../../src/loop/rollout/create-rollout.ts";
import { fakeModel } from "../../src/testing/index.ts";
import { type RolloutWorld, rolloutWorld, type WorldId } from "../support/rollout/rollout-world.ts";
import { runs } from "../support/runs.ts";

const price = { usdPerMillionInputTokens: 20, usdPerMillionOutputTokens: 20 };
const ask = (session: string) => ({ session, messages: [{ role: "user" as const, content: "Hello" }] });
const turn = () => new Promise((resolve) => setTimeout(resolve, 20));

/** Waits for a state of the stage, as long as a busy machine takes, and then a moment in which a call too many would come. */
async function reaches({ rollout }: RolloutWorld, wanted: object): Promise<void> {
  const stage = async () => (await rollout.status()).shadow;
  await expect.poll(stage, { timeout: 20_000 }).toMatchObject(wanted);
  await turn();
  expect(await stage()).toMatchObject(wanted);
}

/** A rollout in its shadow stage, whose candidate notes when it is asked. */
function shadowWorld(stage: { requests: number; calls?: number }, options: object = {}) {
  const order: string[] = [];
  const candidate: Policy<WorldId> = {
    name: "noted",
    models: ["small"],
    select() {
      order.push("asked");
      return { model: "small", reason: "x" };
    },
  };
  const stages = [{ shadow: true as const, ...stage }, { share: 0.5 }];
  return { order, world: rolloutWorld({ candidate, stages, ...options }) };
}

describe("the shadow stage", () => {
  it("asks the candidate when the caller has the answer, not before", async () => {
    const { order, world } = shadowWorld({ requests: 10, calls: 1 });
    await world.router.route(ask("s"));
    order.push("answered");
    await reaches(world, { requests: 1, calls: 1, failedCalls: 0 });
    expect(order).toEqual(["answered", "asked"]);
    await world.router.close();
  });

  it("calls no model beyond its requests, however long it waits for a person", async () => {
    const { world } = shadowWorld({ requests: 10, calls: 1 }, { minMsAtStage: 1e9 });
    for (let round = 0; round < 5; round += 1) {
      await world.send(8);
      await turn();
    }
    await reaches(world, { requests: 40, calls: 10 });
    await world.router.close();
  });

  it("calls models again when the rollout begins again", async () => {
    const { world } = shadowWorld({ requests: 10, calls: 1 }, { minMsAtStage: 1e9 });
    await world.send(12);
    await reaches(world, { requests: 12, calls: 10 });
    await world.rollout.abort("ops");
    await world.rollout.resume("ops");
    await world.send(8);
    await reaches(world, { requests: 8, calls: 8 });
    await world.router.close();
  });

  it("calls no model that the request's own constraints forbid, whatever the candidate wants", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.boolean(), { minLength: 1, maxLength: 12 }), async (forbids) => {
        const { world } = shadowWorld({ requests: 100, calls: 1 });
        const called: string[] = [];
        world.router.observe((event) => {
          if (event.type === "attempt-ended" && event.attempt.hop === "shadow") called.push(event.decisionId);
        });
        const allowed: string[] = [];
        for (const [at, isForbidden] of forbids.entries()) {
          const constraints = isForbidden ? [only<WorldId>("large")] : [];
          const { decision } = await world.router.route({ ...ask(`s${at}`), constraints });
          if (!isForbidden) allowed.push(decision.id);
        }
        const [requests, calls] = [forbids.length, allowed.length];
        await reaches(world, { requests, calls, failed: requests - calls });
        expect([...called].sort()).toEqual([...allowed].sort());
        await world.router.close();
      }),
      { numRuns: runs(10, 300) },
    );
  });

  it("spends no more than the router's budget, with the answers of control", async () => {
    const model = (name: string) => fakeModel({ name, price, maxOutputTokens: 1, answer: "ok" });
    const rollout = createRollout<WorldId>({
      id: "spends",
      salt: "a salt of 16 characters",
      unit: "session",
      control: always("large"),
      candidate: always("small"),
      stages: [{ shadow: true, requests: 1_000, calls: 1 }, { share: 0.5 }],
      guards: [errors({ margin: 0.1 })],
    });
    const limitUsd = 0.002;
    const router = createRouter({
      models: { small: model("small"), large: model("large") },
      policy: rollout.policy,
      budgets: [{ limitUsd, period: "day" }],
      execution: { retries: 0, fallback: false },
    });
    rollout.attach(router);
    let spent = 0;
    router.observe((event) => {
      if (event.type === "attempt-ended") spent += event.attempt.costUsd ?? 0;
    });
    let refused = 0;
    for (let at = 0; at < 60; at += 1) {
      await router.route({ ...ask(`s${at}`), max_tokens: 1 }).catch(() => {
        refused += 1;
      });
      await new Promise((resolve) => setImmediate(resolve));
    }
    await turn();
    expect((await rollout.status()).shadow?.calls).toBeGreaterThan(0);
    expect(refused).toBeGreaterThan(0);
    expect(spent).toBeLessThanOrEqual(limitUsd + 1e-12);
    await router.close();
  });

  it("leaves out what would pile up, and asks nothing after close", async () => {
    const { order, world } = shadowWorld({ requests: 1_000, calls: 1 });
    // In memory no request leaves the event loop a turn.
    for (let sent = 0; sent < 300; sent += 1) await world.router.route(ask(`s${sent}`));
    await turn();
    const { shadow } = await world.rollout.status();
    expect(shadow?.requests).toBe(200);
    expect(shadow?.calls).toBeLessThanOrEqual(54);
    await world.router.route(ask("last"));
    await world.router.close();
    await turn();
    expect(order).toHaveLength(200);
  });

  it("fails nobody where a random number of the user cannot be had", async () => {
    let isBroken = false;
    const random = () => {
      if (isBroken) throw new Error("no chance");
      return 0.5;
    };
    const { world } = shadowWorld({ requests: 10, calls: 0.5 }, { random });
    isBroken = true;
    await world.router.route(ask("s")).catch(() => {});
    await turn();
    isBroken = false;
    await world.router.route(ask("s"));
    await turn();
    expect((await world.rollout.status()).shadow?.failed).toBe(0);
    await world.router.close();
  });
});
