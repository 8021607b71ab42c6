import assert from "node:assert/strict";
import { rejectsOption, type StoreRequirement, ttlMs } from "./store-case.ts";

/** Requirements on the records of a store, and on its status. */
export const recordRequirements: Readonly<Record<string, StoreRequirement>> = {
  "replaces an entry only if its version is the expected one": async ({ records }) => {
    const first = await records.put([{ key: "k", value: "1", expect: "none", ttlMs }]);
    assert.ok("versions" in first);
    assert.deepEqual(await records.put([{ key: "k", value: "2", expect: "none", ttlMs }]), { conflict: "k" });
    assert.deepEqual(await records.put([{ key: "k", value: "2", expect: "other", ttlMs }]), {
      conflict: "k",
    });
    const [version = ""] = first.versions;
    const second = await records.put([{ key: "k", value: "2", expect: version, ttlMs }]);
    assert.ok("versions" in second && second.versions[0] !== version);
    assert.deepEqual(await records.get(["k", "absent"]), [
      { value: "2", version: second.versions[0] },
      undefined,
    ]);
  },

  "writes all or none": async ({ records }) => {
    await records.put([{ key: "b", value: "there", expect: "any", ttlMs }]);
    const answer = await records.put([
      { key: "a", value: "1", expect: "none", ttlMs },
      { key: "b", value: "2", expect: "none", ttlMs },
    ]);
    assert.deepEqual(answer, { conflict: "b" });
    const [a, b] = await records.get(["a", "b"]);
    assert.deepEqual([a, b?.value], [undefined, "there"]);
  },

  "deletes, and lets entries expire": async ({ records }, { advance }) => {
    await records.put([{ key: "k", value: "", expect: "any", ttlMs }]);
    assert.equal((await records.get(["k"]))[0]?.value, "");
    await records.put([{ key: "k", value: undefined, expect: "any", ttlMs }]);
    assert.deepEqual(await records.get(["k"]), [undefined]);
    await records.put([{ key: "k", value: "1", expect: "none", ttlMs: 500 }]);
    await advance(501);
    assert.deepEqual(await records.get(["k"]), [undefined]);
  },

  "lets one of many writers win": async ({ records }) => {
    const answers = await Promise.all(
      Array.from({ length: 40 }, (_, at) =>
        records.put([{ key: "k", value: String(at), expect: "none", ttlMs }]),
      ),
    );
    assert.equal(answers.filter((answer) => "versions" in answer).length, 1);
  },

  "keeps texts as they are": async ({ records }) => {
    const value = `{"a":"\u0000 \\u0001 é 😀"}\n${"x".repeat(65_000)}`;
    await records.put([{ key: "k", value, expect: "any", ttlMs }]);
    assert.equal((await records.get(["k"]))[0]?.value, value);
    await rejectsOption(records.put([{ key: "k", value: "x".repeat(65_537), expect: "any", ttlMs }]));
    await rejectsOption(records.put([{ key: "k", value: "\udc00", expect: "any", ttlMs }]));
    await rejectsOption(records.put([]));
  },

  "tells its time, its format and its epoch": async (store) => {
    const [one, two] = [await store.status(), await store.status()];
    assert.equal(one.epoch, two.epoch);
    assert.ok(one.epoch.length > 0 && one.nowMs > 0 && two.nowMs >= one.nowMs);
    assert.equal(one.formatVersion, 1);
  },
};
