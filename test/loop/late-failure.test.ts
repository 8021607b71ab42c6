import { describe, expect, it } from "vitest";
import { memoryStore } from "../../src/fleet/store/memory.ts";
import { errors } from "../../src/loop/guards/errors.ts";
import type { RolloutOptions } from "../../src/loop/rollout/rollout-options.ts";
import type { RolloutRecord } from "../../src/loop/rollout/rollout-record.ts";
import { rolloutWorld, type WorldId } from "../support/rollout/rollout-world.ts";

const options: Partial<RolloutOptions<WorldId>> = {
  guards: [errors({ margin: 0.05 })],
  stages: [{ share: 0.5 }],
  minUnitsAtStage: 1_000_000,
};

/** Sends sessions whose candidate fails more and more often than not, and returns how many until it is rolled back. */
async function untilRolledBack(world: ReturnType<typeof rolloutWorld>): Promise<number> {
  world.fail("small", 0.4);
  for (let sent = 0; sent < 3_000; sent += 10) {
    await world.send(10);
    if ((await world.rollout.status()).state === "rolled-back") return sent + 10;
  }
  return Number.POSITIVE_INFINITY;
}

describe("a candidate that fails under load, after long being good", () => {
  it("is rolled back nearly as soon as one that fails from the start", async () => {
    const fresh = rolloutWorld(options);
    const atOnce = await untilRolledBack(fresh);
    const late = rolloutWorld(options);
    await late.send(4_200);
    expect((await late.rollout.status()).state).toBe("running");
    const exported = late.rollout.exportState();
    const after = await untilRolledBack(late);
    expect(after).toBeLessThanOrEqual(3 * atOnce);
    // A process that goes on with the state finds it as soon: what has begun is in it.
    const again = rolloutWorld(options, 8);
    again.rollout.restoreState(exported);
    expect(await untilRolledBack(again)).toBeLessThanOrEqual(3 * atOnce);
    for (const { router } of [fresh, late, again]) await router.close();
  });

  it("is so in two processes with a store, whose record says what has begun without a new revision", async () => {
    const store = memoryStore();
    const worlds = [rolloutWorld({ ...options, store }, 1), rolloutWorld({ ...options, store }, 2)];
    for (const world of worlds) await world.rollout.ready();
    for (let round = 0; round < 45; round += 1)
      for (const world of worlds) {
        await world.send(50);
        await world.rollout.judge();
      }
    const [entry] = await store.records.get(["router/rollout/small-for-all/record"]);
    const { begun, revision } = JSON.parse(entry?.value ?? "{}") as RolloutRecord;
    expect(revision).toBe(0);
    expect(begun.guards["errors"]?.at).toBeGreaterThanOrEqual(3);
    expect(begun.shares.at).toBeGreaterThanOrEqual(3);
    for (const world of worlds) world.fail("small", 0.4);
    let sent = 0;
    let state = "running";
    while (state === "running" && sent < 3_000) {
      for (const world of worlds) {
        await world.send(10);
        sent += 10;
        state = (await world.rollout.status()).state;
      }
    }
    expect(state).toBe("rolled-back");
    expect(sent).toBeLessThan(400);
    for (const { router } of worlds) await router.close();
  });
});
