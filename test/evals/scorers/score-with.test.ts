import { describe, expect, it } from "vitest";
import { scorerName, scoreWith } from "../../../evals/scorers/score-with.ts";
import type { AnyScorer } from "../../../evals/scorers/scorer.ts";
import { InvalidOptionError } from "../../../src/contracts/index.ts";

const args = { input: "2 + 2?", output: "4", expected: "4" };

/** In the shape of autoevals: a named function with `partial`, which gives the whole score. */
const Contains = Object.assign(
  async ({ output, expected }: { output: string; expected?: string }) => ({
    name: "Contains",
    score: expected !== undefined && output.includes(expected) ? 1 : 0,
    metadata: { length: output.length },
    error: undefined,
  }),
  { partial: () => Contains },
);

describe("scoreWith", () => {
  it("takes a scorer of autoevals as it is", async () => {
    expect(await scoreWith(Contains, args)).toEqual({ name: "Contains", score: 1, metadata: { length: 1 } });
  });

  it("takes a plain function, under its own name", async () => {
    function equals({ output, expected }: { output: string; expected?: unknown }) {
      return output === expected ? 1 : 0;
    }
    expect(await scoreWith(equals, args)).toEqual({ name: "equals", score: 1 });
    expect(await scoreWith(async () => 0.25, args)).toEqual({ name: "scorer", score: 0.25 });
    expect(await scoreWith(() => null, args)).toEqual({ name: "scorer", score: null });
  });

  it("keeps `this` of a scorer that is a class", async () => {
    class Fixed {
      readonly name = "fixed";
      readonly #value = 0.5;
      score() {
        return this.#value;
      }
    }
    expect(await scoreWith(new Fixed(), args)).toEqual({ name: "fixed", score: 0.5 });
  });

  it.each([
    [1.5, "1.5"],
    [-0.1, "-0.1"],
    [Number.NaN, "NaN"],
    [Number.POSITIVE_INFINITY, "Infinity"],
    ["0.5", "string"],
    [true, "boolean"],
    [undefined, "undefined"],
    [{}, "undefined"],
    [{ name: "x", score: 2 }, "2"],
  ])("does not take %j for a score", async (answer, shown) => {
    const scorer = { name: "mine", score: () => answer } as unknown as AnyScorer;
    const { score, metadata } = await scoreWith(scorer, args);
    expect(score).toBeNull();
    expect(metadata?.["reason"]).toBe(
      `the scorer returned ${shown}, which is neither null nor a number in [0, 1]`,
    );
  });

  it("has not scored where a scorer throws, and keeps none of the error's text", async () => {
    const throws = {
      name: "mine",
      score: () => {
        throw new RangeError("cannot read: my secret prompt");
      },
    };
    const score = await scoreWith(throws, args);
    expect(score).toEqual({
      name: "mine",
      score: null,
      metadata: { reason: "the scorer threw an error of type RangeError" },
    });
    expect((await scoreWith(() => Promise.reject("no"), args)).metadata?.["reason"]).toContain("type string");
  });

  it("lets the caller's own mistakes through", async () => {
    const wrong = () => {
      throw new InvalidOptionError("jsonSchema.schema", {}, "a JSON Schema");
    };
    await expect(scoreWith(wrong, args)).rejects.toThrow("jsonSchema.schema");
    for (const none of [undefined, null, {}, "exact"])
      await expect(scoreWith(none as unknown as AnyScorer, args)).rejects.toThrow(InvalidOptionError);
  });

  it("rejects with the signal's reason after an abort", async () => {
    const controller = new AbortController();
    const reason = new Error("stop");
    const slow = () => {
      controller.abort(reason);
      throw new Error("aborted");
    };
    await expect(scoreWith(slow, { ...args, signal: controller.signal })).rejects.toBe(reason);
    await expect(scoreWith(() => 1, { ...args, signal: controller.signal })).rejects.toBe(reason);
  });

  it("keeps metadata that is JSON, and only that", async () => {
    const cyclic: Record<string, unknown> = {};
    cyclic["self"] = cyclic;
    const withMetadata = (metadata: Record<string, unknown>) =>
      scoreWith(() => ({ name: "mine", score: 1, metadata }), args);
    expect(await withMetadata({ at: new Date(0), none: undefined, run: () => 1 })).toEqual({
      name: "mine",
      score: 1,
      metadata: { at: "1970-01-01T00:00:00.000Z" },
    });
    expect(await withMetadata(cyclic)).toEqual({ name: "mine", score: 1 });
  });

  it("names a scorer by its name", () => {
    expect(scorerName({ name: "mine", score: () => 1 })).toBe("mine");
    expect(scorerName(() => 1)).toBe("scorer");
  });
});
