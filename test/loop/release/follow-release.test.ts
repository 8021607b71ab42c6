import { describe, expect, it } from "vitest";
import { always, threshold } from "../../../policies/index.ts";
import type { Json, ReplacementRefused, RouterEvent, Store } from "../../../src/contracts/index.ts";
import { memoryStore } from "../../../src/fleet/store/memory.ts";
import { createRouter, isRouterError } from "../../../src/index.ts";
import {
  followRelease,
  type PublishReleaseOptions,
  publishRelease,
  type Releases,
} from "../../../src/loop/index.ts";
import { fakeModel } from "../../../src/testing/index.ts";

type Id = "small" | "large";
const releases: Releases<Id> = {
  threshold: (data) =>
    threshold<Id>({ small: "small", large: "large", at: (data as { readonly at: number }).at }),
  large: () => ({ policy: always<Id>("large") }),
};
const key = "router/release";

function make() {
  const events: RouterEvent[] = [];
  const router = createRouter({
    models: { small: fakeModel({ model: "s" }), large: fakeModel({ model: "l" }) },
    policy: always("small"),
    onEvent: (event) => void events.push(event),
  });
  return {
    router,
    refusals: () =>
      events.flatMap((event) => (event.type === "replacement-refused" ? [event as ReplacementRefused] : [])),
  };
}

/** A process of a fleet that looks at the store by hand. */
function member(store: Store, own: Releases<Id> = releases) {
  const made = make();
  const follower = followRelease<Id>({ router: made.router, store, releases: own, pollMs: 3_000 });
  return { ...made, follower, look: () => follower.check() };
}

const publish = (store: Store, more: Partial<PublishReleaseOptions<Id>> = {}) =>
  publishRelease<Id>({
    router: make().router,
    store,
    releases,
    name: "threshold",
    data: { at: 0.6 },
    by: "ada",
    reason: "tuned",
    ...more,
  });

/** Lets the time of day go on. */
const turn = () => new Promise((resolve) => setTimeout(resolve, 3));

const put = async (store: Store, value: string) => {
  const [entry] = await store.records.get([key]);
  await store.records.put([{ key, value, expect: entry?.version ?? "none", ttlMs: 60_000 }]);
};

describe("a fleet", () => {
  it("follows what is published, a process that starts later at once, and back", async () => {
    const store = memoryStore();
    const first = member(store);
    await first.look();
    expect(first.router.release).toBeUndefined();
    const one = await publish(store);
    await first.look();
    const second = member(store);
    await second.look();
    for (const { router, follower } of [first, second]) {
      expect(router.policy.parameters).toMatchObject({ at: 0.6 });
      expect(router.release).toBe(one.hash.slice(0, 12));
      expect(follower.hash).toBe(one.hash);
      expect((await router.decide("hello")).release).toBe(one.hash.slice(0, 12));
    }
    const two = await publish(store, { name: "large", data: null, from: one.hash });
    expect(two.from).toBe(one.hash);
    await first.look();
    expect(first.router.policy.name).toBe("always");
    const back = await publish(store, { from: two.hash, reason: "large is too slow" });
    expect(back.hash).toBe(one.hash);
    await first.look();
    expect(first.router.release).toBe(one.hash.slice(0, 12));
    expect([...first.refusals(), ...second.refusals()]).toEqual([]);
    await Promise.all([first.follower.close(), second.follower.close()]);
  });

  it("comes back to a release that is published again where a process was reverted, or changed by itself", async () => {
    const store = memoryStore();
    const { router, follower, look, refusals } = member(store);
    await publish(store);
    await look();
    for (const leave of [
      () => router.revert("a look at the tickets"),
      () => router.replace({ policy: always("large"), reason: "by hand" }),
    ]) {
      await leave();
      await look();
      expect(router.release).toBeUndefined();
      await turn();
      await publish(store);
      await look();
      expect(router.release).toBe(follower.hash?.slice(0, 12));
      expect(router.policy.parameters).toMatchObject({ at: 0.6 });
    }
    // Back and forth, and the same content again: the last one counts.
    for (const at of [0.3, 0.6, 0.3, 0.3, 0.6]) {
      await publish(store, { data: { at } });
      await look();
      expect(router.policy.parameters).toMatchObject({ at });
    }
    expect(refusals()).toEqual([]);
    await router.close();
  });

  it("takes data for the same whatever the order of their keys and the sign of zero, and no others", async () => {
    const made = async (data: Json) => (await publish(memoryStore(), { data })).hash;
    const hash = await made({ at: 0, b: "é", c: [1, 2] });
    const seen = new Set<unknown>();
    const own: Releases<Id> = {
      threshold: (data) => {
        seen.add(JSON.stringify(data));
        return threshold<Id>({ small: "small", large: "large", at: (data as { readonly at: number }).at });
      },
    };
    expect(await made({ c: [1, 2], b: "é", at: -0 })).toBe(hash);
    const store = memoryStore();
    const process = member(store, own);
    await publish(store, { releases: own, data: { at: -0 } });
    await process.look();
    expect(Object.is(process.router.policy.parameters?.["at"], 0)).toBe(true);
    for (const data of [{ at: Number.NaN }, { at: Number.POSITIVE_INFINITY }, { at: 0n }])
      await expect(publish(store, { releases: own, data: data as never })).rejects.toThrow(
        /plain JSON|threshold.at/,
      );
    await process.router.close();
  });

  it("takes only what its own code makes: another function, or none, keeps what it has", async () => {
    const store = memoryStore();
    const other = member(store, {
      threshold: () => threshold<Id>({ small: "small", large: "large", at: 0.9 }),
    });
    const none = member(store, { else: () => always<Id>("large") });
    const throwing = member(store, {
      threshold: () => {
        throw new TypeError("secret");
      },
    });
    const late = member(store, { threshold: (async () => always("large")) as never });
    const { hash } = await publish(store);
    for (const { look, router, refusals, follower } of [other, none, throwing, late]) {
      await look();
      await look();
      expect(router.policy.parameters).toEqual({ model: "small" });
      expect(refusals()).toMatchObject([{ source: "store", release: hash }]);
      expect(refusals()[0]?.reason).not.toContain("secret");
      await follower.close();
    }
    expect(other.refusals()[0]?.reason).toMatch(
      /code of this process makes release [0-9a-f]{12} of its data/,
    );
    expect(none.refusals()[0]?.reason).toContain("must be one of else");
  });

  const hash = "a".repeat(64);
  const pointer = { formatVersion: 1, hash, name: "threshold", data: { at: 0.6 }, by: "eve", reason: "r" };
  const nested = `${"[".repeat(20_000)}${"]".repeat(20_000)}`;
  const hostile: readonly (readonly [string, string, RegExp])[] = [
    ["garbage", "\u0000garbage", /it is not JSON/],
    ["a list", "[]", /not an object/],
    ["null", "null", /not an object/],
    ["another version", JSON.stringify({ ...pointer, formatVersion: 2 }), /format version/],
    ["a short hash", JSON.stringify({ ...pointer, hash: "a" }), /64 hex digits/],
    ["a name that is none", JSON.stringify({ ...pointer, name: ["threshold"] }), /name, by or reason/],
    ["a long reason", JSON.stringify({ ...pointer, reason: "r".repeat(1_001) }), /name, by or reason/],
    ["no data", JSON.stringify({ ...pointer, data: undefined }), /no data/],
    ["deep data", JSON.stringify(pointer).replace('{"at":0.6}', nested), /nested more than 50 deep|not JSON/],
    ["a hash of something else", JSON.stringify(pointer), /code of this process makes release/],
    [
      "a name of all objects",
      JSON.stringify({ ...pointer, name: "constructor" }),
      /must be one of threshold, large/,
    ],
    ["__proto__", JSON.stringify({ ...pointer, name: "__proto__" }), /must be one of threshold, large/],
    ["data of another type", JSON.stringify({ ...pointer, data: null }), /TypeError/],
    ["data out of range", JSON.stringify({ ...pointer, data: { at: 7 } }), /threshold\.at/],
  ];
  it.each(hostile)("stays with a pointer of %s, and says so once", async (_, value, reason) => {
    const store = memoryStore();
    const one = member(store);
    const good = await publish(store);
    await one.look();
    await put(store, value);
    await one.look();
    await one.look();
    expect(one.refusals()).toEqual([
      expect.objectContaining({
        type: "replacement-refused",
        source: "store",
        reason: expect.stringMatching(reason),
      }),
    ]);
    expect(one.refusals()[0]?.reason).toContain(`keeps release ${good.hash.slice(0, 12)}`);
    expect(one.router.policy.parameters).toMatchObject({ at: 0.6 });
    // A writer may take its place.
    await publish(store, { data: { at: 0.4 } });
    await one.look();
    expect(one.router.policy.parameters).toMatchObject({ at: 0.4 });
    await one.follower.close();
  });

  it("stays while the store fails, hangs or answers nonsense, and says so once", async () => {
    for (const broken of [
      () => Promise.reject(new Error("down")),
      () => {
        throw new Error("down");
      },
      async () => "nonsense",
      async () => [{ value: 7 }],
    ]) {
      const store = memoryStore();
      const one = member({ ...store, records: { ...store.records, get: broken as never } });
      await one.look();
      expect(one.refusals()).toEqual([]);
      for (let count = 0; count < 3; count += 1) await one.look();
      expect(one.router.policy.parameters).toEqual({ model: "small" });
      expect(one.refusals().map(({ reason }) => reason)).toEqual([
        "the store does not answer, so the fleet's release is not known; this process keeps what it has",
      ]);
      await one.follower.close();
    }
  });

  it("ends with its router, and is made only of what fits", async () => {
    const store = memoryStore();
    const one = member(store);
    await one.router.close();
    await publish(store);
    await one.look();
    expect(one.router.release).toBeUndefined();
    const { router } = make();
    const of = (options: object) => () => followRelease({ router, store, releases, ...options } as never);
    expect(of({ store: { ...store, records: {} } })).toThrow("followRelease.store.records");
    expect(of({ releases: {} })).toThrow("followRelease.releases must be an object of functions");
    expect(of({ releases: { a: 1 } })).toThrow("followRelease.releases must be an object with a()");
  });
});

describe("publishing", () => {
  const problemOf = async (work: Promise<unknown>) => {
    const error = await work.then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    if (!isRouterError(error)) throw error ?? new Error("it was not refused");
    return error;
  };

  it("is won by one of two writers; the other is told, and changes nothing", async () => {
    const store = memoryStore();
    const ends = await Promise.allSettled([
      publish(store, { data: { at: 0.1 }, by: "ada" }),
      publish(store, { data: { at: 0.2 }, by: "bob" }),
    ]);
    const lost = ends.filter(({ status }) => status === "rejected") as PromiseRejectedResult[];
    expect(lost.length).toBe(1);
    expect(lost[0]?.reason).toMatchObject({ code: "store", problem: "conflict" });
    const won = ends.find(({ status }) => status === "fulfilled") as PromiseFulfilledResult<{ hash: string }>;
    const [entry] = await store.records.get([key]);
    expect(JSON.parse(entry?.value ?? "")).toMatchObject({ hash: won.value.hash });
  });

  it("is refused where the fleet is not what the writer takes it to be", async () => {
    const store = memoryStore();
    const { hash } = await publish(store, { from: "none" });
    for (const from of ["none", "b".repeat(64)])
      expect(await problemOf(publish(store, { data: { at: 0.1 }, from }))).toMatchObject({
        problem: "conflict",
      });
    await publish(store, { data: { at: 0.1 }, from: hash });
  });

  it("goes on where a follower has only renewed the pointer", async () => {
    const store = memoryStore();
    await publish(store);
    let renewals = 0;
    const records: Store["records"] = {
      ...store.records,
      async put(writes) {
        const [entry] = await store.records.get([key]);
        if (renewals === 0 && entry !== undefined) {
          renewals += 1;
          await store.records.put([{ key, value: entry.value, expect: entry.version, ttlMs: 60_000 }]);
        }
        return store.records.put(writes);
      },
    };
    await publish({ ...store, records }, { data: { at: 0.1 } });
    expect(renewals).toBe(1);
  });

  it.each<[string, Partial<PublishReleaseOptions<Id>>, string]>([
    [
      "a name that the writer does not have",
      { name: "medium" },
      "releases: a name must be one of threshold, large",
    ],
    ["data that its function refuses", { data: { at: 7 } }, "threshold.at"],
    [
      "data that are not JSON",
      { data: { at: 0.5, f: () => 1 } as unknown as Json },
      "publishRelease.data must be plain JSON",
    ],
    [
      "data that are too long",
      { data: { at: 0.5, more: "x".repeat(70_000) } },
      "JSON of less than 65536 characters",
    ],
    ["a reason without end", { reason: "r".repeat(1_001) }, "at most 1000 characters"],
    [
      "a model that the router does not have",
      { releases: { threshold: () => always("medium" as Id) } },
      "policy always names",
    ],
  ])("is refused with %s, and the pointer stays", async (_, more, message) => {
    const store = memoryStore();
    expect((await problemOf(publish(store, more))).message).toContain(message);
    expect(await store.records.get([key])).toEqual([undefined]);
  });

  it("is refused where golden routes of the writer forbid it", async () => {
    const store = memoryStore();
    const router = createRouter({
      models: { small: fakeModel({ model: "s" }), large: fakeModel({ model: "l" }) },
      policy: always("small"),
      golden: [{ request: "hello", model: "small" }],
    });
    const error = await problemOf(publish(store, { router, name: "large", data: null }));
    expect(error.message).toBe('replace.golden[0] must be a request for small, got "large"');
    expect(router.policy.parameters).toEqual({ model: "small" });
  });

  it("rejects with StoreError where the store fails", async () => {
    const store = memoryStore();
    for (const get of [() => Promise.reject(new Error("down")), async () => "nonsense"])
      expect(
        await problemOf(publish({ ...store, records: { ...store.records, get: get as never } })),
      ).toMatchObject({ code: "store", problem: "failed" });
  });
});
