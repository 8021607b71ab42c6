import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { expect, it } from "vitest";
import { oldestKeyOf } from "../../src/loop/oldest-key.ts";
import { seededRandom } from "../../src/loop/statistics/seeded-random.ts";

it("is the key that a new iterator would return, whatever was added, moved to the end, deleted or emptied before", () => {
  const random = seededRandom(3);
  const map = new Map<number, number>();
  const oldest = oldestKeyOf(map);
  const key = () => Math.floor(random() * 60);
  for (let step = 0; step < 20_000; step += 1) {
    const what = random();
    const one = key();
    if (what < 0.3) map.set(step, step);
    else if (what < 0.5) map.set(one, step);
    else if (what < 0.6) map.delete(one);
    else if (what < 0.8) {
      if (map.delete(one)) map.set(one, step);
    } else if (what < 0.801) map.clear();
    else {
      const expected = map.keys().next().value;
      expect(oldest()).toBe(expected);
      if (expected !== undefined) map.delete(expected);
    }
  }
});

it("keeps nothing that the map has lost, also if it is not asked for long", async () => {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as () => void;
  for (const isAsked of [false, true]) {
    const map = new Map<string, object>();
    const oldest = oldestKeyOf(map);
    if (isAsked) {
      map.set("first", {});
      map.delete(oldest() ?? "");
    }
    let value: object | undefined = {};
    const lost = new WeakRef(value);
    map.set("lost", value);
    value = undefined;
    // Moved to the end, as a unit is with each of its requests.
    const churn = () => {
      for (let at = 0; at < 1_000; at += 1) {
        map.delete("other");
        map.set("other", {});
      }
    };
    churn();
    map.delete("lost");
    churn();
    // A weak reference holds what it refers to until the turn ends.
    await new Promise((resolve) => setTimeout(resolve, 1));
    collect();
    expect(lost.deref()).toBeUndefined();
    map.delete("other");
    expect(oldest()).toBeUndefined();
  }
});
