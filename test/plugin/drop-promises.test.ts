import { runInNewContext } from "node:vm";
import { describe, expect, it, vi } from "vitest";
import { dropPromises } from "../../src/plugin/index.ts";
import { crashesOf } from "../support/user-functions/crashes.ts";

const failing = () => Promise.reject(new Error("dropped"));

describe("a promise that is dropped", () => {
  it.each<[string, () => unknown]>([
    ["a promise", failing],
    ["a promise of another realm", () => runInNewContext("Promise.reject(new Error('dropped'))")],
    ["a promise of a subclass that keeps the work elsewhere", () => new Elsewhere()],
    ["a promise of a promise in an object", async () => ({ complexity: failing() })],
  ])("does not end the process: %s", async (_, make) => {
    expect(await crashesOf(async () => expect(dropPromises(make())).toBe(true))).toEqual([]);
  });

  it.each<[string, () => unknown]>([
    ["in a field", () => ({ complexity: failing() })],
    ["in an array of objects", () => [{ model: "small", probability: failing() }]],
    ["in an answer", () => ({ choices: [{ message: { content: failing() } }] })],
  ])("does not end the process: a promise %s", async (_, make) => {
    expect(await crashesOf(async () => expect(dropPromises(make())).toBe(false))).toEqual([]);
  });
});

describe("a value that is not a promise", () => {
  it("is none, whatever it is", () => {
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    const cycle: Record<string, unknown> = {};
    cycle["self"] = cycle;
    const getter = {
      get model() {
        throw new Error("a getter");
      },
    };
    for (const value of [
      undefined,
      null,
      1,
      "text",
      Symbol("s"),
      1n,
      () => {},
      proxy,
      cycle,
      getter,
      new Array(1e9),
    ])
      expect(dropPromises(value)).toBe(false);
  });

  it("is told by its prototype, without an error that is made and caught: every stream ends with one", () => {
    const then = vi.spyOn(Promise.prototype, "then");
    dropPromises({ done: true, value: undefined });
    dropPromises({ choices: [], usage: { prompt_tokens: 1, prompt_tokens_details: { cached_tokens: 0 } } });
    const asked = then.mock.calls.length;
    then.mockRestore();
    expect(asked).toBe(0);
  });

  it("is not asked if it is a thenable, which may begin its work only then", () => {
    let asked = 0;
    const query = {
      then: () => {
        asked += 1;
      },
    };
    expect(dropPromises(query)).toBe(false);
    expect(asked).toBe(0);
  });
});

/** Like the promises of the SDKs: settled itself, while its own `then` hands out the work. */
class Elsewhere extends Promise<unknown> {
  readonly #work = failing();
  static override get [Symbol.species]() {
    return Promise;
  }
  constructor() {
    super((resolve) => resolve(undefined));
  }
  override then<A, B>(...given: Parameters<Promise<unknown>["then"]>): Promise<A | B> {
    return this.#work.then(...given) as Promise<A | B>;
  }
}
