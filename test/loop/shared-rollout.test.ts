import { describe, expect, it } from "vitest";
import type { RouterEvent, Store } from "../../src/contracts/index.ts";
import { memoryStore } from "../../src/fleet/store/memory.ts";
import { errors } from "../../src/loop/guards/errors.ts";
import { rolloutWorld } from "../support/rollout/rollout-world.ts";

const options = {
  guards: [errors({ margin: 0.4 })],
  minUnitsAtStage: 10,
  stages: [{ share: 0.3 }, { share: 0.5 }, { share: 1 }],
  judgeMs: 100,
};
const recordKey = "router/rollout/small-for-all/record";

/** A store that can be down, and whose records can be read and replaced. */
function switchable() {
  const store = memoryStore();
  let isDown = false;
  const down = <T>(work: () => Promise<T>): Promise<T> =>
    isDown ? Promise.reject(new Error("connection lost")) : work();
  const seen: Store = {
    ...store,
    status: () => down(() => store.status()),
    records: {
      get: (keys) => down(() => store.records.get(keys)),
      put: (writes) => down(() => store.records.put(writes)),
    },
  };
  return {
    store: seen,
    down(value: boolean) {
      isDown = value;
    },
    read: async (key: string) => (await store.records.get([key]))[0]?.value,
    write: (key: string, value: string | undefined) =>
      store.records.put([{ key, value, expect: "any", ttlMs: 60_000 }]),
  };
}

/** Waits until something holds: the link asks a store that was down again from time to time. */
async function until(holds: () => Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < 400; tries += 1) {
    if (await holds()) return;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  throw new Error("it did not come");
}

describe("a rollout in a store", () => {
  it("is one for all processes: one moves it, all follow, and each unit counts once", async () => {
    const { store } = switchable();
    const first = rolloutWorld({ ...options, store, minUnitsAtStage: 1_000 });
    const second = rolloutWorld({ ...options, store, minUnitsAtStage: 1_000 });
    await Promise.all([first.rollout.ready(), second.rollout.ready()]);
    // Both worlds name their sessions alike: the requests of each reach both.
    await first.send(40);
    await second.send(40);
    const { units, inBoth, store: fleet } = await second.rollout.status();
    let compared = 0;
    for (let at = 1; at <= 40; at += 1) if ((await first.armOf(`s7-${at}`)) !== "between") compared += 1;
    expect(units.control + units.candidate).toBe(compared);
    expect(inBoth).toBe(0);
    expect(fleet).toMatchObject({ name: "memory", isReached: true });
    await first.rollout.advance("alice");
    await until(
      async () =>
        (await second.router.decide({ session: "x", messages: [{ role: "user", content: "Hi" }] })).inputs?.[
          "small-for-all"
        ] !== undefined && (await second.rollout.status()).stage === 1,
    );
    expect(second.events).toContainEqual(
      expect.objectContaining({ type: "rollout-changed", by: "alice", stage: 1, share: 0.5 }),
    );
    await Promise.all([first.router.close(), second.router.close()]);
  });

  it("rolls back in all processes by the evidence of all", async () => {
    const { store } = switchable();
    const worlds = [
      rolloutWorld({ ...options, ...{ stages: [{ share: 0.5 }] }, store }, 1),
      rolloutWorld({ ...options, ...{ stages: [{ share: 0.5 }] }, store }, 2),
    ];
    for (const world of worlds) {
      await world.rollout.ready();
      world.fail("small", 1);
    }
    for (let round = 0; round < 6; round += 1) {
      for (const world of worlds) await world.send(10);
      await new Promise((resolve) => setTimeout(resolve, 100));
      for (const world of worlds) await world.rollout.judge();
    }
    for (const world of worlds) {
      expect(await world.rollout.status()).toMatchObject({ state: "rolled-back", share: 0 });
      await world.router.close();
    }
  });

  it("holds the last known stage while the store is down, does not advance, and can be aborted", async () => {
    const { store, down, read } = switchable();
    const world = rolloutWorld({ ...options, store, minUnitsAtStage: 1_000 });
    await world.rollout.ready();
    await world.rollout.advance("alice");
    down(true);
    await world.send(30);
    expect(await world.rollout.status()).toMatchObject({
      stage: 1,
      share: 0.5,
      store: { isReached: false },
      verdict: { verdict: "hold", needs: "data" },
    });
    await expect(world.rollout.advance("alice")).rejects.toThrow(/stays as it is/);
    await expect(world.rollout.abort("alice")).rejects.toThrow(/holds in this process, which writes it/);
    expect(await world.rollout.status()).toMatchObject({ state: "aborted", share: 0 });
    down(false);
    await until(async () => (await read(recordKey))?.includes('"aborted"') === true);
    expect(await world.rollout.status()).toMatchObject({ state: "aborted", revision: 2 });
    await world.router.close();
  });

  it("keeps an abort that waits for the store when a promise breaks meanwhile", async () => {
    const { store, down, read, write } = switchable();
    const world = rolloutWorld({ ...options, store });
    await world.rollout.ready();
    const record = JSON.parse((await read(recordKey)) ?? "");
    await write(recordKey, JSON.stringify({ ...record, state: "done", stage: 2, revision: 3 }));
    await world.rollout.judge();
    expect(await world.rollout.status()).toMatchObject({ state: "done" });
    down(true);
    await world.rollout.judge();
    await expect(world.rollout.abort("alice")).rejects.toThrow(/holds in this process/);
    const [input] = world.rollout.policy.reads ?? [];
    const state = input?.create({ classifier: "length", now: Date.now, monotonic: () => 0, emit: () => {} });
    state?.observe?.({
      type: "promise-changed",
      at: Date.now(),
      promise: "quality",
      from: "kept",
      to: "broken",
    } as unknown as RouterEvent);
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(await world.rollout.status()).toMatchObject({ state: "aborted", share: 0 });
    await world.router.close();
  });

  it("stays aborted where the store has lost it, and a process that knows nothing is the first to write", async () => {
    const { store, write } = switchable();
    const first = rolloutWorld({ ...options, store }, 1);
    await first.rollout.ready();
    await first.rollout.abort("alice");
    await write(recordKey, undefined);
    const second = rolloutWorld({ ...options, store }, 2);
    await second.rollout.ready();
    expect(await second.rollout.status()).toMatchObject({ state: "running" });
    for (const { rollout } of [first, second])
      expect(await rollout.status()).toMatchObject({ state: "aborted", share: 0 });
    await Promise.all([first.router.close(), second.router.close()]);
  });

  it("holds the last known stage where a record has a time that no date can state", async () => {
    const { store, read, write } = switchable();
    const world = rolloutWorld({ ...options, store });
    await world.rollout.ready();
    const record = JSON.parse((await read(recordKey)) ?? "");
    await write(recordKey, JSON.stringify({ ...record, since: 9e15, revision: 5 }));
    await world.rollout.judge();
    expect((await world.rollout.status()).verdict).toMatchObject({
      verdict: "hold",
      needs: "a person",
      reason: expect.stringMatching(/cannot be read; the last known stage holds/),
    });
    await world.router.close();
  });

  it("rolls back by what it knows itself while the store is down", async () => {
    const { store, down } = switchable();
    const world = rolloutWorld({ ...options, stages: [{ share: 0.5 }], store });
    await world.rollout.ready();
    world.fail("small", 1);
    await world.send(20);
    expect((await world.rollout.status()).state).toBe("running");
    for (let round = 0; round < 5; round += 1) await world.send(10);
    down(true);
    await world.rollout.judge();
    await world.rollout.judge();
    expect(await world.rollout.status()).toMatchObject({ state: "rolled-back", share: 0 });
    await world.router.close();
  });

  it("holds, and fails no request, where a guard of a user throws", async () => {
    const throws = (): never => {
      throw new Error("a guard of a user");
    };
    const own = { ...errors({ margin: 0.1 }), name: "own", value: throws };
    for (const broken of [own, { ...own, evidence: throws }, { ...own, merge: throws }]) {
      const { store } = switchable();
      const world = rolloutWorld({
        ...options,
        stages: [{ share: 0.5 }],
        store,
        guards: [errors({ margin: 0.4 }), broken],
      });
      await world.rollout.ready();
      await world.send(10);
      expect(await world.rollout.judge()).toMatchObject({ verdict: "hold" });
      expect(world.events.filter(({ type }) => type === "request-completed")).toHaveLength(10);
      await world.router.close();
    }
  });

  it("waits with control while a process does not know the stage", async () => {
    const { store, down } = switchable();
    down(true);
    const world = rolloutWorld({ ...options, store });
    expect(await world.armOf("x")).toBe("between");
    expect((await world.rollout.judge()).needs).toBe("data");
    await expect(world.rollout.abort("alice")).rejects.toThrow(/does not answer/);
    await world.router.close();
  });

  it.each<[string, object, string]>([
    ["another salt", { salt: "another salt of 16 characters" }, "salt-changed"],
    ["other margins", { guards: [errors({ margin: 0.2 })] }, "settings-changed"],
    ["other stages", { stages: [{ share: 0.2 }] }, "settings-changed"],
  ])("does not let a process with %s take part", async (_, other, because) => {
    const { store, read } = switchable();
    const world = rolloutWorld({ ...options, store });
    await world.rollout.ready();
    const before = await read(recordKey);
    const stranger = rolloutWorld({ ...options, store, ...other });
    await stranger.rollout.ready();
    await stranger.send(20);
    expect(await stranger.rollout.status()).toMatchObject({
      state: "invalid",
      share: 0,
      verdict: { verdict: "invalid", because },
    });
    await expect(stranger.rollout.advance("alice")).rejects.toThrow(/takes part in/);
    expect(await read(recordKey)).toBe(before);
    await Promise.all([world.router.close(), stranger.router.close()]);
  });

  it.each<[string, string]>([
    ["no JSON", "{"],
    ["another version", JSON.stringify({ formatVersion: 2, id: "small-for-all" })],
    ["another rollout", JSON.stringify({ formatVersion: 1, id: "x" })],
    ["a list", "[]"],
    ["null", "null"],
    ["a stage that there is not", JSON.stringify({ formatVersion: 1, id: "small-for-all", stage: 99 })],
    ["very much", JSON.stringify({ formatVersion: 1, id: "small-for-all", generation: "x".repeat(60_000) })],
    ["__proto__", '{"__proto__":{"formatVersion":1},"id":"small-for-all"}'],
  ])("keeps the stage that it knows where the record holds %s", async (_, text) => {
    const { store, write, read } = switchable();
    const world = rolloutWorld({ ...options, store, minUnitsAtStage: 1_000 });
    await world.rollout.ready();
    await world.rollout.advance("alice");
    await write(recordKey, text);
    await world.send(20);
    expect(await world.rollout.status()).toMatchObject({
      stage: 1,
      share: 0.5,
      verdict: { verdict: "hold", needs: "a person" },
    });
    expect(await read(recordKey)).toBe(text);
    const late = rolloutWorld({ ...options, store });
    await late.rollout.ready();
    expect(await late.armOf("x")).toBe("between");
    await Promise.all([world.router.close(), late.router.close()]);
  });

  it("takes hostile tables and judgements for no evidence", async () => {
    const { store, write, read } = switchable();
    const world = rolloutWorld({ ...options, store, minUnitsAtStage: 1_000 });
    await world.rollout.ready();
    await world.send(20);
    const { tables } = JSON.parse((await read(recordKey)) ?? "{}") as { tables: string[] };
    expect(tables).toHaveLength(1);
    const before = await world.rollout.status();
    for (const text of [
      "{",
      "null",
      '{"formatVersion":1,"epoch":0,"write":1,"at":1,"table":{},"shadow":{}}',
      "x".repeat(60_000),
    ]) {
      await write(`router/rollout/small-for-all/table/${tables[0]}`, text);
      await write("router/rollout/small-for-all/kept", text);
      expect((await world.rollout.status()).units).toEqual({ control: 0, candidate: 0 });
    }
    // The process writes its table again with the next unit.
    await world.send(10);
    const { units } = await world.rollout.status();
    expect(units.control + units.candidate).toBeGreaterThan(before.units.control + before.units.candidate);
    await world.router.close();
  });

  it("begins its record and tables again, in the same stage, after the store has lost everything", async () => {
    const { store, write, read } = switchable();
    const world = rolloutWorld({ ...options, store, minUnitsAtStage: 1_000 });
    await world.rollout.ready();
    await world.send(20);
    await world.rollout.advance("alice");
    const before = await world.rollout.status();
    const { tables } = JSON.parse((await read(recordKey)) ?? "{}") as { tables: string[] };
    await write(recordKey, undefined);
    await write(`router/rollout/small-for-all/table/${tables[0]}`, undefined);
    await world.send(10);
    const after = await world.rollout.status();
    expect(after).toMatchObject({ stage: 1, share: 0.5, revision: before.revision });
    expect(after.units.candidate).toBeGreaterThanOrEqual(before.units.candidate);
    await world.router.close();
  });

  it("keeps a rollback that a store has lost with its last second", async () => {
    const { store, write, read } = switchable();
    const world = rolloutWorld({ ...options, store });
    await world.rollout.ready();
    const earlier = await read(recordKey);
    await world.rollout.abort("alice");
    await write(recordKey, earlier);
    await world.rollout.judge();
    expect((await world.rollout.status()).state).toBe("aborted");
    expect(await read(recordKey)).toContain('"aborted"');
    await world.router.close();
  });

  it("folds the tables of ended processes into one, and counts nothing twice if one of them lives", async () => {
    let now = Date.UTC(2026, 0, 1);
    const store = memoryStore({ now: () => now });
    const recordOf = async () =>
      JSON.parse((await store.records.get([recordKey]))[0]?.value ?? "{}") as { tables: string[] };
    const own = { ...options, store, minUnitsAtStage: 1_000, stages: [{ share: 0.5 }] };
    const worlds = Array.from({ length: 11 }, (_, seed) => rolloutWorld(own, seed));
    for (const world of worlds) {
      await world.rollout.ready();
      await world.send(10);
      await world.rollout.close();
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    expect((await recordOf()).tables).toHaveLength(11);
    now += 2 * 3_600_000;
    const alive = rolloutWorld(own, 50);
    await alive.rollout.ready();
    await alive.send(10);
    for (let round = 0; round < 3; round += 1) {
      await new Promise((resolve) => setTimeout(resolve, 100));
      await alive.rollout.judge();
    }
    expect((await recordOf()).tables.length).toBeLessThan(9);
    const { units } = await alive.rollout.status();
    expect(units.control + units.candidate).toBe(120);
    // Suspended for hours, and taken for ended.
    now += 2 * 86_400_000;
    const last = rolloutWorld(own, 60);
    await last.rollout.ready();
    await last.send(10);
    for (let round = 0; round < 3; round += 1) {
      await new Promise((resolve) => setTimeout(resolve, 100));
      await last.rollout.judge();
    }
    await alive.send(10);
    const after = (await last.rollout.status()).units;
    expect(after.control + after.candidate).toBe(140);
    await Promise.all([alive.router.close(), last.router.close()]);
  });
});
