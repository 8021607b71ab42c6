import { describe, expect, it } from "vitest";
import type { Store } from "../../src/contracts/index.ts";
import { memoryStore } from "../../src/fleet/store/memory.ts";
import { errors } from "../../src/loop/guards/errors.ts";
import { type RolloutWorld, rolloutWorld } from "../support/rollout/rollout-world.ts";

const options = {
  guards: [errors({ margin: 0.4 })],
  minUnitsAtStage: 1_000,
  stages: [{ share: 0.1 }, { share: 0.3 }, { share: 0.5 }, { share: 1 }],
  judgeMs: 100,
};
const recordKey = "router/rollout/small-for-all/record";

async function pairOf(store: Store): Promise<readonly [RolloutWorld, RolloutWorld]> {
  const worlds = [rolloutWorld({ ...options, store }), rolloutWorld({ ...options, store })] as const;
  await Promise.all(worlds.map(({ rollout }) => rollout.ready()));
  return worlds;
}

async function close(worlds: readonly RolloutWorld[]): Promise<void> {
  await Promise.all(worlds.map(({ router }) => router.close()));
}

/** Moves, and returns the error of the one that was refused. */
async function oneRefused(moves: readonly Promise<void>[]): Promise<unknown> {
  const refused = (await Promise.allSettled(moves)).flatMap((one) =>
    one.status === "rejected" ? [one.reason] : [],
  );
  expect(refused).toHaveLength(1);
  return refused[0];
}

describe("two people at once", () => {
  it("advance by one stage, and the one who was later is told who was first", async () => {
    const [first, second] = await pairOf(memoryStore());
    const error = await oneRefused([first.rollout.advance("alice"), second.rollout.advance("bob")]);
    expect(error).toMatchObject({ code: "store", problem: "conflict" });
    expect(String(error)).toMatch(/has moved meanwhile \(advance by (alice|bob)\): look at it/);
    expect((await first.rollout.status()).stage).toBe(1);
    // Not at once, each of them counts.
    await second.rollout.status();
    await second.rollout.advance("bob");
    expect((await first.rollout.status()).stage).toBe(2);
    await close([first, second]);
  });

  it("do not begin a rollout again where one resumes what was paused and the other aborts", async () => {
    const [first, second] = await pairOf(memoryStore());
    await first.rollout.pause("alice");
    await second.rollout.status();
    await Promise.allSettled([first.rollout.abort("alice"), second.rollout.resume("bob")]);
    const { state, history } = await first.rollout.status();
    expect(state).toBe("aborted");
    expect(history.at(-1)).toMatchObject({ verdict: "abort", by: "alice" });
    await close([first, second]);
  });

  it("of one process are told apart as well", async () => {
    const world = rolloutWorld(options);
    const error = await oneRefused([world.rollout.advance("alice"), world.rollout.advance("bob")]);
    expect(error).toMatchObject({ code: "store", problem: "conflict" });
    expect((await world.rollout.status()).stage).toBe(1);
    await world.router.close();
  });
});

describe("a store that has lost its last second, in which another process went on", () => {
  /** Lets the first process do something that the store then loses, and the second one advance twice. */
  async function lose(act: (world: RolloutWorld) => Promise<void>) {
    const store = memoryStore();
    const read = async () => (await store.records.get([recordKey]))[0]?.value;
    const [first, second] = await pairOf(store);
    await first.rollout.advance("alice");
    await second.rollout.status();
    const earlier = await read();
    await act(first);
    await store.records.put([{ key: recordKey, value: earlier, expect: "any", ttlMs: 60_000 }]);
    await second.rollout.advance("bob");
    await second.rollout.advance("bob");
    return { first, second };
  }

  it("does not lose an abort: all are aborted", async () => {
    const { first, second } = await lose(({ rollout }) => rollout.abort("alice"));
    for (const world of [first, second, first])
      expect(await world.rollout.status()).toMatchObject({ state: "aborted", share: 0 });
    await close([first, second]);
  });

  it("does not lose a pause, and can be resumed after it", async () => {
    const { first, second } = await lose(({ rollout }) => rollout.pause("alice"));
    for (const world of [first, second]) expect((await world.rollout.status()).state).toBe("paused");
    await second.rollout.resume("bob");
    for (const world of [first, second, first]) expect((await world.rollout.status()).state).toBe("running");
    await close([first, second]);
  });

  it("keeps what another process began again after the abort", async () => {
    const [first, second] = await pairOf(memoryStore());
    await first.rollout.abort("alice");
    await second.rollout.status();
    await second.rollout.resume("bob");
    for (const world of [first, second, first])
      expect(await world.rollout.status()).toMatchObject({ state: "running", stage: 0 });
    await close([first, second]);
  });
});
