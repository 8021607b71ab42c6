import { expect, it } from "vitest";
import { createWorkQueue } from "../../src/loop/work-queue.ts";

const turn = () => new Promise((resolve) => setImmediate(resolve));

it("bounds what waits and what is worked on by size together", async () => {
  const ends: (() => void)[] = [];
  const queue = createWorkQueue<string>({
    places: 1,
    mostWaiting: 10,
    mostSize: 100,
    work: () => new Promise((resolve) => ends.push(resolve)),
  });
  // A larger one alone is worked on.
  expect(queue.add("large", 200)).toBe(true);
  await turn();
  expect([queue.working, queue.waiting]).toEqual([1, 0]);
  // It is held as long as it is worked on.
  expect(queue.add("next", 1)).toBe(false);
  ends[0]?.();
  await turn();
  expect(queue.add("a", 60)).toBe(true);
  expect(queue.add("b", 60)).toBe(false);
  expect(queue.add("c", 40)).toBe(true);
  await turn();
  expect([queue.working, queue.waiting]).toEqual([1, 1]);
  expect(queue.drop()).toEqual(["c"]);
  expect(queue.add("d", 40)).toBe(true);
  expect(queue.add("e", 1)).toBe(false);
});
