import { expect, it } from "vitest";
import { loadedOnUse } from "../../src/plugin/loaded-on-use.ts";

it("loads once, for all that wait, and is at hand from then on", async () => {
  let loads = 0;
  const late = loadedOnUse(async () => {
    loads += 1;
    return { value: 7 };
  });
  expect(late.atHand).toBeUndefined();
  expect(() => late.get()).toThrow(TypeError);
  expect(loads).toBe(0);
  const [one, other] = [late.load(), late.load()];
  expect(one).toBe(other);
  expect(await one).toEqual({ value: 7 });
  expect(late.load()).toBeUndefined();
  expect(late.get()).toBe(late.atHand);
  expect(loads).toBe(1);
});

it("tells a failure to all that wait, and tries again for the next", async () => {
  let loads = 0;
  const late = loadedOnUse(async () => {
    loads += 1;
    if (loads === 1) throw new Error("the disk is away");
    return loads;
  });
  const waiting = [late.load(), late.load()];
  for (const one of waiting) await expect(one).rejects.toThrow("the disk is away");
  expect(late.atHand).toBeUndefined();
  expect(await late.load()).toBe(2);
  expect(late.get()).toBe(2);
});
