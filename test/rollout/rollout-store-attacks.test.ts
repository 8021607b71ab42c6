import { describe, expect, it } from "vitest";
import type { Store } from "../../src/contracts/index.ts";
import { errors } from "../../src/rollout/guards/errors.ts";
import { memoryStore } from "../../src/state/store/memory.ts";
import { type RolloutWorld, rolloutWorld } from "../support/rollout/rollout-world.ts";

const options = {
  guards: [errors({ margin: 0.4 })],
  minUnitsAtStage: 10,
  stages: [{ share: 0.5 }, { share: 1 }],
  judgeMs: 100,
};
const place = "router/rollout/small-for-all/";

it.each<[string, unknown]>([
  ["a text", "5000000000"],
  ["a list", [5_000_000_000]],
  ["an object", { valueOf: 5_000_000_000 }],
  ["a boolean", true],
])("time at a stage that a store states as %s moves nothing on", async (_, atStageMs) => {
  const store = memoryStore();
  const world = rolloutWorld({ ...options, store, minMsAtStage: 1e9 });
  await world.rollout.ready();
  await world.send(60);
  await world.rollout.judge();
  const key = `${place}kept`;
  const kept = JSON.parse((await store.records.get([key]))[0]?.value ?? "{}") as object;
  await store.records.put([
    { key, value: JSON.stringify({ ...kept, atStageMs }), expect: "any", ttlMs: 60_000 },
  ]);
  await new Promise((resolve) => setTimeout(resolve, 120));
  expect(await world.rollout.judge()).toMatchObject({ verdict: "hold", needs: "time" });
  expect((await world.rollout.status()).stage).toBe(0);
  await world.router.close();
});

it("claims units for two seconds at a time where the store is slow, so that judging and close() do not wait for all", async () => {
  const inner = memoryStore();
  let puts = 0;
  let isSlow = false;
  const store: Store = {
    ...inner,
    records: {
      get: (keys) => inner.records.get(keys),
      put(writes) {
        puts += 1;
        if (isSlow) world.tick(500);
        return inner.records.put(writes);
      },
    },
  };
  const world = rolloutWorld({
    ...options,
    store,
    judgeMs: 600_000,
    unitIdleMs: 600_000_000,
    unitMaxRequests: 2,
  });
  await world.rollout.ready();
  for (let session = 0; session < 600; session += 1)
    await world.router.route({ session: `s${session}`, messages: [{ role: "user", content: "Hello" }] });
  isSlow = true;
  const before = puts;
  await world.router.close();
  expect(puts - before).toBeLessThanOrEqual(7);
});

describe("a clock that jumps by a month in one of four processes", () => {
  const month = 31 * 86_400_000;
  it.each<[string, (world: RolloutWorld) => void]>([
    ["forward, time of day alone", (world) => world.jump(month)],
    ["back, time of day alone", (world) => world.jump(-month)],
    ["forward with the monotonic one, after a suspension", (world) => world.tick(month)],
  ])("%s: arms stay, no stage passes, and no unit counts twice or is lost", async (_, jump) => {
    const store = memoryStore();
    const own = { ...options, store, minMsAtStage: 3_600_000, minUnitsAtStage: 10 };
    const worlds = [1, 2, 3, 4].map((seed) => rolloutWorld(own, seed));
    for (const { rollout } of worlds) await rollout.ready();
    for (const world of worlds) await world.send(20);
    const first = worlds[0] as RolloutWorld;
    const armsOf = () => Promise.all(Array.from({ length: 40 }, (_, at) => first.armOf(`s2-${at}`)));
    const before = await armsOf();
    jump(first);
    for (let round = 0; round < 3; round += 1)
      for (const world of worlds) {
        await world.send(10);
        await new Promise((resolve) => setTimeout(resolve, 110));
        await world.rollout.judge();
      }
    expect(await armsOf()).toEqual(before);
    const { stage, state, units, inBoth, verdict } = await (worlds[3] as RolloutWorld).rollout.status();
    expect({ stage, state, inBoth }).toEqual({ stage: 0, state: "running", inBoth: 0 });
    expect(verdict).toMatchObject({ verdict: "hold", needs: "time" });
    expect(units.control + units.candidate).toBe(4 * 50);
    await Promise.all(worlds.map(({ router }) => router.close()));
  });
});
