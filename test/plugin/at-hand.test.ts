import { describe, expect, it } from "vitest";
import { atHand, handsOver } from "../../src/plugin/at-hand.ts";

class Numbers implements AsyncIterableIterator<number> {
  readonly #left = [1, 2, 3];

  [Symbol.asyncIterator](): this {
    return this;
  }

  async next(): Promise<IteratorResult<number>> {
    const value = this.#left.shift();
    return value === undefined ? { done: true, value } : { done: false, value };
  }

  takeReady(): number | undefined {
    return this.#left.shift();
  }

  static {
    handsOver(Numbers.prototype.next, Numbers.prototype.takeReady);
  }
}

describe("what an iterator has at hand", () => {
  it("is taken in the order of its reads, by either way", async () => {
    const numbers = new Numbers();
    const take = atHand(numbers);
    expect(take?.()).toBe(1);
    expect(await numbers.next()).toEqual({ done: false, value: 2 });
    expect(take?.()).toBe(3);
    expect(take?.()).toBeUndefined();
    expect(await numbers.next()).toEqual({ done: true, value: undefined });
  });

  it("is not asked for where a caller has put a function of its own in place of `next`", async () => {
    const numbers = new Numbers();
    const usual = numbers.next.bind(numbers);
    numbers.next = async () => {
      const { done, value } = await usual();
      return done ? { done, value } : { done: false, value: value * 10 };
    };
    expect(atHand(numbers)).toBeUndefined();
    const wrapped = new Proxy(new Numbers(), {
      get: (target, name) => (name === "next" ? () => usual() : Reflect.get(target, name)),
    });
    expect(atHand(wrapped)).toBeUndefined();
    const found: number[] = [];
    for await (const number of numbers) found.push(number);
    expect(found).toEqual([10, 20, 30]);
  });

  it("is nothing for a generator, and for what is not an iterator", () => {
    const generator = (async function* () {
      yield 1;
    })();
    expect(atHand(generator)).toBeUndefined();
    expect(atHand({} as AsyncIterator<number>)).toBeUndefined();
  });
});
