import { expect, it } from "vitest";
import { workerNumbers } from "../../cli/worker-numbers.ts";

it("workers have small numbers: a new one takes that of one that is gone", () => {
  const numbers = workerNumbers();
  expect([7, 3, 9, 3].map(numbers.of)).toEqual([1, 2, 3, 2]);
  numbers.free(3);
  numbers.free(3);
  expect([10, 9, 11].map(numbers.of)).toEqual([2, 3, 4]);
  for (let id = 100; id < 1_000; id += 1) {
    numbers.free(id - 1);
    expect(numbers.of(id)).toBeLessThanOrEqual(5);
  }
});
