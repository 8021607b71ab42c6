import { afterEach, describe, expect, it } from "vitest";
import { always } from "../../policies/index.ts";
import type { Store } from "../../src/contracts/index.ts";
import { memoryStore } from "../../src/fleet/store/memory.ts";
import { createRouter } from "../../src/index.ts";
import { createPromise, keepPromise, type SharePromiseOptions, sharePromise } from "../../src/loop/index.ts";
import { seededRandom } from "../../src/loop/statistics/seeded-random.ts";
import { fakeModel } from "../../src/testing/index.ts";

const limits = { maxLoss: 0.02, window: 200, everyMs: 60_000, name: "live" };
const begin = Date.UTC(2026, 0, 1);

/** Each looks again within a minute, by when this process runs other tests. */
const running: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const one of running.splice(0)) await one.close();
});

/** A process of a fleet: a promise, and a router that keeps it. It looks at the store only when it is asked. */
function member(store: Store, more: Partial<SharePromiseOptions> = {}) {
  const promise = createPromise(limits);
  const router = createRouter({
    models: { small: fakeModel({ name: "small" }), large: fakeModel({ name: "large" }) },
    policy: keepPromise(always("small"), { promise, otherwise: "large" }),
  });
  const shared = sharePromise({ promise, router, store, pollMs: 60_000, ...more });
  running.push(shared, router);
  let at = begin;
  return {
    promise,
    router,
    shared,
    add(records: number, loss: () => number) {
      for (let record = 0; record < records; record += 1) {
        at += 1_000;
        promise.add({ loss: loss(), at });
      }
    },
    model: async () => (await router.decide({ messages: [{ role: "user", content: "Hi" }] })).model,
  };
}

/** Lets all look twice: the first writes what the others read. */
async function look(...members: readonly ReturnType<typeof member>[]): Promise<void> {
  for (let time = 0; time < 2; time += 1) for (const { shared } of members) await shared.check();
}

const membersKey = "router/promise/live/members";
const now = (offset = 0) => Math.floor(Date.now() + offset);
const write = (store: Store, key: string, value: string) =>
  store.records.put([{ key, value, expect: "any", ttlMs: 60_000 }]);

describe("a promise that is shared", () => {
  it("finds what each process alone cannot, and a killed one still counts", async () => {
    const store = memoryStore();
    const [one, other] = [member(store), member(store)];
    const random = seededRandom(2);
    const loss = () => (random() < 0.25 ? 1 : 0);
    one.add(22, loss);
    other.add(22, loss);
    expect([one.promise.standing().state, other.promise.standing().state]).not.toContain("broken");
    const alone = one.promise.standing().evidence;
    await look(one, other);
    expect(one.shared.others).toBe(1);
    expect(one.promise.standing().evidence).toBeGreaterThan(2 * alone);
    expect(one.promise.standing().evidence).toBeCloseTo(other.promise.standing().evidence, -1);
    // The other one ends without a word: what it has found still counts, and once.
    await other.router.close();
    const before = one.promise.standing().evidence;
    const third = member(store);
    await look(one, third);
    expect(one.promise.standing().evidence).toBeCloseTo(before, -1);
    one.add(90, loss);
    await look(one, third);
    expect(one.promise.standing().state).toBe("broken");
    expect(third.promise.standing().state).toBe("broken");
    expect(await third.model()).toBe("large");
    await one.router.close();
    await third.router.close();
  });

  it("is renewed in all processes at once, and the evidence of before does not come back", async () => {
    const store = memoryStore();
    const [one, other] = [member(store), member(store)];
    one.add(60, () => 1);
    await look(one, other);
    expect(await other.model()).toBe("large");
    await other.shared.renew();
    await look(other, one);
    await look(other, one);
    for (const { promise, model } of [one, other]) {
      expect(promise.standing()).toMatchObject({ state: "not-enough-evidence", records: 0 });
      expect(await model()).toBe("small");
    }
    const late = member(store);
    await look(late);
    expect(late.promise.standing().state).toBe("not-enough-evidence");
  });

  it("counts a restart with its state once, if the process has a name", async () => {
    const store = memoryStore();
    const [one, other] = [member(store, { process: "a" }), member(store, { process: "b" })];
    const random = seededRandom(3);
    one.add(10, () => (random() < 0.2 ? 1 : 0));
    other.add(10, () => 0);
    await look(one, other);
    const evidence = other.promise.standing().evidence;
    const state = one.promise.exportState();
    await one.router.close();
    const again = member(store, { process: "a" });
    again.promise.restoreState(state);
    await look(again, other);
    expect(other.shared.others).toBe(1);
    expect(other.promise.standing().evidence).toBeCloseTo(evidence, 6);
  });

  it("takes what a store may hold for no evidence, and goes on", async () => {
    const store = memoryStore();
    const [one, bad] = [member(store), member(store, { process: "bad" })];
    one.add(10, () => 0);
    await look(one, bad);
    for (const hostile of [
      "",
      "{",
      "null",
      JSON.stringify({ generation: 0, state: { ...bad.promise.exportState(), name: "another" } }),
      JSON.stringify({ generation: 0, state: { formatVersion: 2, overall: { state: "broken" } } }),
      JSON.stringify({ generation: 7, state: bad.promise.exportState() }),
      `{"generation":0,"__proto__":{"state":{}},"state":[${"1,".repeat(20_000)}1]}`,
    ]) {
      await write(store, "router/promise/live/state/bad", hostile);
      await one.shared.check();
      expect(one.shared.others).toBe(0);
      expect(one.promise.standing().state).not.toBe("broken");
    }
    for (const hostile of [
      "[]",
      JSON.stringify({ formatVersion: 1, generation: 1e300, members: [] }),
      JSON.stringify({ formatVersion: 1, generation: 0, members: [{ name: "../record", at: 1 }] }),
      JSON.stringify({
        formatVersion: 1,
        generation: 0,
        members: new Array(65).fill({ name: "x", at: now() }),
      }),
    ]) {
      await write(store, membersKey, hostile);
      await look(one, bad);
      await look(one, bad);
      expect(one.shared.others).toBe(1);
    }
  });

  it("forgets a process once a window of time has passed since it was there", async () => {
    const store = memoryStore();
    const one = member(store);
    const members = [
      { name: "gone", at: now(-25 * limits.everyMs) },
      { name: "there", at: now(-60_000) },
    ];
    await write(store, membersKey, JSON.stringify({ formatVersion: 1, generation: 0, members }));
    await look(one);
    const [entry] = await store.records.get([membersKey]);
    const names = JSON.parse(entry?.value ?? "").members.map(({ name }: { name: string }) => name);
    expect(names).toHaveLength(2);
    expect(names[0]).toBe("there");
  });

  it("is not renewed beyond what processes read, where a store states very many renewals", async () => {
    const store = memoryStore();
    const [one, other] = [member(store), member(store)];
    await look(one, other);
    const text = JSON.stringify({ formatVersion: 1, generation: 1e9, members: [] });
    await write(store, membersKey, text);
    await look(one, other);
    await expect(one.shared.renew()).rejects.toMatchObject({ code: "store" });
    await look(one, other);
    expect([one.shared.others, other.shared.others]).toEqual([1, 1]);
    await Promise.all([one.router.close(), other.router.close()]);
  });

  it("goes on with what it knew while the store does not answer, and says that it cannot renew", async () => {
    const store = memoryStore();
    let isDown = false;
    const records: Store["records"] = {
      get: async (keys) => (isDown ? Promise.reject(new Error("down")) : store.records.get(keys)),
      put: async (writes) => (isDown ? Promise.reject(new Error("down")) : store.records.put(writes)),
    };
    const [one, other] = [member({ ...store, records }), member(store)];
    other.add(60, () => 1);
    await look(other, one);
    isDown = true;
    await look(one);
    expect(one.promise.standing().state).toBe("broken");
    await expect(one.shared.renew()).rejects.toThrow(/not renewed/);
    expect(one.promise.standing().state).toBe("broken");
    await one.shared.close();
  });

  it("refuses what it cannot share", () => {
    const store = memoryStore();
    const promise = createPromise(limits);
    const router = { isClosed: false };
    const usual: SharePromiseOptions = { promise, router, store };
    for (const [options, message] of [
      [{ promise: createPromise({ maxLoss: 0.02 }) }, /created with everyMs/],
      [{ store: {} }, /sharePromise.store/],
    ] as const)
      expect(() => sharePromise({ ...usual, ...(options as object) })).toThrow(message);
  });
});
