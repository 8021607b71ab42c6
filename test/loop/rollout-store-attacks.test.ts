import { describe, expect, it } from "vitest";
import type { Store } from "../../src/contracts/index.ts";
import { memoryStore } from "../../src/fleet/store/memory.ts";
import { errors } from "../../src/loop/guards/errors.ts";
import { seededRandom } from "../../src/loop/statistics/seeded-random.ts";
import { type RolloutWorld, rolloutWorld } from "../support/rollout/rollout-world.ts";
import { runs } from "../support/runs.ts";

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

it("asks the store nothing once close() has ended, whatever was under way", async () => {
  const inner = memoryStore();
  let calls = 0;
  const late = async <T>(work: () => Promise<T>): Promise<T> => {
    calls += 1;
    await new Promise((resolve) => setTimeout(resolve, 10));
    return work();
  };
  const store: Store = {
    ...inner,
    status: () => late(() => inner.status()),
    records: {
      get: (keys) => late(() => inner.records.get(keys)),
      put: (writes) => late(() => inner.records.put(writes)),
    },
  };
  for (let at = 0; at < 5; at += 1) {
    const world = rolloutWorld({ ...options, store }, at);
    await world.rollout.ready();
    await world.router.route({ session: `s${at}`, messages: [{ role: "user", content: "Hello" }] });
    // A judgement and a look at the store, whose end no caller awaits.
    void world.rollout.judge();
    void world.rollout.judge();
    await new Promise((resolve) => setTimeout(resolve, 8 * at));
    await world.router.close();
    const after = calls;
    await new Promise((resolve) => setTimeout(resolve, 150));
    expect(calls).toBe(after);
  }
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

describe("a store that lies in three of ten answers", () => {
  const evil = JSON.parse('{"__proto__":{"value":"x","version":"y"},"value":5}') as object;
  const strange = '{"formatVersion":1,"id":"small-for-all","revision":9007199254740991}';
  const list = (one: unknown) => (count: number) => Array(count).fill(one);
  const lies: readonly ((count: number) => unknown)[] = [
    ...[undefined, null, [], "x", { versions: [] }, { conflict: "k" }].map((answer) => () => answer),
    () => ({ versions: ["x"] }),
    () => ({ conflict: "k", versions: ["1"] }),
    list(undefined),
    list(evil),
    list({ value: "{}", version: "1" }),
    list({ value: "x".repeat(100_000), version: "" }),
    list({ value: strange, version: "1" }),
    () => Promise.reject(null),
    () => new Promise(() => {}),
    () => {
      throw new Error("at once");
    },
  ];

  /** Lies as long as it is told to; what it holds is true. */
  function liar(seed: number) {
    const inner = memoryStore();
    const random = seededRandom(seed);
    let isLying = true;
    const say = <T>(count: number, work: () => T): T => {
      const lie = random() < 0.3 && isLying ? lies[Math.floor(random() * lies.length)] : undefined;
      return lie === undefined ? work() : (lie(count) as T);
    };
    const store: Store = {
      ...inner,
      status: () => say(1, () => inner.status()),
      records: {
        get: (keys) => say(keys.length, () => inner.records.get(keys)),
        put: (writes) => say(writes.length, () => inner.records.put(writes)),
      },
    };
    return {
      store,
      lie(on: boolean) {
        isLying = on;
      },
    };
  }

  it("fails no request, moves no unit, counts none twice, and ends", async () => {
    for (let seed = 1; seed <= runs(2, 30); seed += 1) {
      const { store, lie } = liar(seed);
      const own = { ...options, store, minUnitsAtStage: 1_000, stages: [{ share: 0.3 }, { share: 1 }] };
      const worlds = [rolloutWorld(own, 1), rolloutWorld(own, 2)] as const;
      const arms = new Map<string, string>();
      for (let round = 0; round < 6; round += 1)
        for (const world of worlds) {
          for (const session of ["a", "b", "c", "d", "e"]) {
            const arm = (await world.armOf(session)) ?? "none";
            // Until a process knows the stage, requests follow control outside of the comparison.
            if (arm !== "between") arms.set(session, arms.get(session) ?? arm);
            if (arm !== "between") expect([session, arm]).toEqual([session, arms.get(session)]);
          }
          await world.send(5);
          expect((await world.rollout.status()).stage).toBe(0);
        }
      lie(false);
      const statuses = () => Promise.all(worlds.map(({ rollout }) => rollout.status()));
      for (let tries = 0; tries < 60; tries += 1) {
        await new Promise((resolve) => setTimeout(resolve, 50));
        for (const world of worlds) {
          world.tick(200);
          await world.rollout.judge();
        }
        if ((await statuses()).every(({ store }) => store?.isReached)) break;
      }
      // Both know the stage again: they agree about who is compared.
      let compared = 0;
      for (const world of [1, 2])
        for (let at = 1; at <= 30; at += 1) {
          const session = `s${world}-${at}`;
          const [arm, other] = await Promise.all(worlds.map((one) => one.armOf(session)));
          expect([session, other]).toEqual([session, arm]);
          if (arm !== "between") compared += 1;
        }
      for (const { units, inBoth } of await statuses()) {
        expect(inBoth).toBe(0);
        expect(units.control + units.candidate).toBeLessThanOrEqual(compared);
      }
      lie(true);
      await Promise.all(worlds.map(({ router }) => router.close()));
    }
  });
});
