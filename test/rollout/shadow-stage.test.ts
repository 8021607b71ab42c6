import { describe, expect, it } from "vitest";
import type { Policy } from "../../src/contracts/index.ts";
import { rolloutWorld, type WorldId } from "../support/rollout/rollout-world.ts";

const ask = (session: string) => ({ session, messages: [{ role: "user" as const, content: "Hello" }] });
const turn = () => new Promise((resolve) => setTimeout(resolve, 20));

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
    await turn();
    expect(order).toEqual(["answered", "asked"]);
    expect((await world.rollout.status()).shadow).toMatchObject({ requests: 1, calls: 1, failedCalls: 0 });
    await world.router.close();
  });

  it("calls no model beyond its requests, however long it waits for a person", async () => {
    const { world } = shadowWorld({ requests: 10, calls: 1 }, { minMsAtStage: 1e9 });
    for (let round = 0; round < 5; round += 1) {
      await world.send(8);
      await turn();
    }
    expect((await world.rollout.status()).shadow).toMatchObject({ requests: 40, calls: 10 });
    await world.router.close();
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
