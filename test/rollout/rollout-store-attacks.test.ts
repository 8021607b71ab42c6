import { expect, it } from "vitest";
import type { Store } from "../../src/contracts/index.ts";
import { errors } from "../../src/rollout/guards/errors.ts";
import { memoryStore } from "../../src/state/store/memory.ts";
import { rolloutWorld } from "../support/rollout/rollout-world.ts";

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
