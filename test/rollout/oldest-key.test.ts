import { expect, it } from "vitest";
import { oldestKeyOf } from "../../src/rollout/oldest-key.ts";
import { seededRandom } from "../../src/statistics/seeded-random.ts";

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
