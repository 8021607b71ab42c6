import { describe, expect, it } from "vitest";
import { memoryStore } from "../../src/fleet/store/memory.ts";
import { errors } from "../../src/loop/guards/errors.ts";
import { type RolloutWorld, rolloutWorld } from "../support/rollout/rollout-world.ts";

const options = {
  guards: [errors({ margin: 0.4 })],
  minUnitsAtStage: 10,
  stages: [{ share: 0.5 }, { share: 1 }],
  judgeMs: 100,
};
const place = "router/rollout/small-for-all/";
const month = 31 * 86_400_000;

function keys() {
  const store = memoryStore();
  return {
    store,
    read: async (name: string) => (await store.records.get([place + name]))[0]?.value,
    write: (name: string, value: string) =>
      store.records.put([{ key: place + name, value, expect: "any", ttlMs: month }]),
  };
}

const changesOf = ({ events }: RolloutWorld) =>
  events.filter((event) => event.type === "rollout-changed").map(({ verdict, reason }) => [verdict, reason]);

/** Judges in turns, a period apart, until the rollout is rolled back. */
async function untilRolledBack(worlds: readonly RolloutWorld[]): Promise<void> {
  for (let round = 0; round < 60; round += 1)
    for (const world of worlds) {
      world.tick(100);
      await world.rollout.judge();
      if ((await world.rollout.status()).state === "rolled-back") return;
    }
  throw new Error("it was never rolled back");
}

describe("a key of a rollout that holds what it should not", () => {
  it.each([
    ["a name of another program", "x"],
    ["an empty text", ""],
    ["a text that is half written", '{"formatVersion":1,"na'],
  ])("the turn to judge is %s and does not end: harm is found all the same", async (_, text) => {
    const { store, write, read } = keys();
    const worlds = [rolloutWorld({ ...options, store }, 1), rolloutWorld({ ...options, store }, 2)];
    for (const world of worlds) await world.rollout.ready();
    await write("judge", text);
    for (const world of worlds) {
      world.fail("small", 1);
      await world.send(80);
    }
    await untilRolledBack(worlds);
    expect(await read("record")).toContain('"rolled-back"');
    await Promise.all(worlds.map(({ router }) => router.close()));
  });

  it("the turn is not taken from a process that judges", async () => {
    const { store, read } = keys();
    const own = { ...options, store, minUnitsAtStage: 1_000 };
    const [first, second] = [rolloutWorld(own, 1), rolloutWorld(own, 2)];
    for (const { rollout } of [first, second]) await rollout.ready();
    let others = 0;
    for (let round = 0; round < 30; round += 1) {
      await new Promise((resolve) => setTimeout(resolve, 95));
      first.tick(100);
      second.tick(100);
      await first.rollout.judge();
      const before = await read("kept");
      await second.rollout.judge();
      if ((await read("kept")) !== before) others += 1;
    }
    expect(others).toBe(0);
    await Promise.all([first.router.close(), second.router.close()]);
  });

  it("the record cannot be read: it is told once, and each process takes its own harm back", async () => {
    const { store, write, read } = keys();
    const world = rolloutWorld({ ...options, store });
    await world.rollout.ready();
    await write("record", '{"formatVersion":1,"id":"small-for');
    world.fail("small", 1);
    await world.send(80);
    await untilRolledBack([world]);
    expect(await world.rollout.status()).toMatchObject({ state: "rolled-back", share: 0 });
    const changes = changesOf(world);
    expect(changes[0]).toEqual(["hold", expect.stringContaining("not JSON; the last known stage holds")]);
    expect(changes.slice(1)).toEqual([["roll-back", expect.stringMatching(/errors|own models failed/)]]);
    // What it holds may be of a later version of this package.
    expect(await read("record")).toBe('{"formatVersion":1,"id":"small-for');
    expect(world.events.filter(({ type }) => type === "request-failed").length).toBeLessThan(80);
    await world.router.close();
  });

  it("a process with another salt tells why it takes no part", async () => {
    const { store } = keys();
    const world = rolloutWorld({ ...options, store });
    await world.rollout.ready();
    const stranger = rolloutWorld({ ...options, store, salt: "another salt of 16 characters" });
    await stranger.rollout.ready();
    await stranger.rollout.judge();
    expect(changesOf(stranger)).toEqual([["invalid", expect.stringContaining("the salt is not the one")]]);
    await Promise.all([world.router.close(), stranger.router.close()]);
  });

  it("the record names as many tables as it can that are not there: a new process gets a place", async () => {
    const { store, write, read } = keys();
    const world = rolloutWorld({ ...options, store, minUnitsAtStage: 1_000 });
    await world.rollout.ready();
    const record = JSON.parse((await read("record")) ?? "") as object;
    const tables = Array.from({ length: 240 }, (_, at) => `gone${at}`);
    for (const name of tables.slice(0, 10)) await write(`table/${name}`, "{");
    await write("record", JSON.stringify({ ...record, tables, revision: 1 }));
    await world.send(20);
    await new Promise((resolve) => setTimeout(resolve, 100));
    await world.rollout.judge();
    await world.send(20);
    const { units, store: shared } = await world.rollout.status();
    expect(shared?.processes).toBe(2);
    expect(units.control + units.candidate).toBe(40);
    expect(changesOf(world)).toEqual([["hold", expect.stringMatching(/^240 processes have tables/)]]);
    await world.router.close();
  });
});
