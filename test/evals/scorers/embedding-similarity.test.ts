import { describe, expect, it } from "vitest";
import { embeddingSimilarity } from "../../../evals/scorers/embedding-similarity.ts";
import { scoreWith } from "../../../evals/scorers/score-with.ts";

const vectors: Readonly<Record<string, number[]>> = {
  north: [0, 2],
  east: [3, 0],
  south: [0, -1],
  northeast: [1, 1],
  nowhere: [0, 0],
  deep: [1, 2, 3],
};
const embed = async (texts: readonly string[]) => texts.map((text) => vectors[text] ?? []);
const between = (output: string, expected: unknown, zeroAt?: number) =>
  scoreWith(embeddingSimilarity({ embed, zeroAt }), { output, expected });

describe("embeddingSimilarity", () => {
  it.each([
    ["north", "north", 1, -1],
    ["north", "east", 0.5, -1],
    ["north", "south", 0, -1],
    ["northeast", "east", (Math.SQRT1_2 + 1) / 2, -1],
    ["northeast", "east", Math.SQRT1_2, 0],
    ["northeast", "east", (Math.SQRT1_2 - 0.5) / 0.5, 0.5],
    ["north", "east", 0, 0.5],
    ["north", ["south", "northeast"], (Math.SQRT1_2 + 1) / 2, -1],
  ])("maps the cosine of %s and %s to %f, 0 at %d", async (output, expected, score, zeroAt) => {
    expect((await between(output, expected, zeroAt)).score).toBeCloseTo(score, 12);
  });

  it("does not score what has no angle, and gives 0 for an answer without text", async () => {
    expect((await between("nowhere", "north")).score).toBeNull();
    expect((await between("deep", "north")).score).toBeNull();
    expect((await between("unknown", "unknown")).score).toBeNull();
    expect((await between(" ", "north")).score).toBe(0);
    expect((await between("north", undefined)).score).toBeNull();
    expect((await between("north", " ")).score).toBeNull();
    const none = embeddingSimilarity({ embed: async () => [] });
    expect((await scoreWith(none, { output: "north", expected: "east" })).score).toBeNull();
  });

  it("asks once for both texts, cut to the bound, and says what it has cost", async () => {
    const asked: (readonly string[])[] = [];
    const scorer = embeddingSimilarity({
      embed: async (texts) => {
        asked.push(texts);
        return { vectors: texts.map(() => [1, 0]), inputTokens: 500 };
      },
      provider: "local",
      model: "minilm",
      maxCharacters: 4,
      price: { usdPerMillionInputTokens: 0.02, usdPerMillionOutputTokens: 0 },
    });
    expect(await scoreWith(scorer, { output: "north\ud800", expected: "e\u0000ast" })).toEqual({
      name: "embeddingSimilarity",
      score: 1,
      metadata: {
        cosine: 1,
        model: "local:minilm",
        usage: { inputTokens: 500, outputTokens: 0 },
        costUsd: 0.00001,
      },
    });
    expect(asked).toEqual([["nort", "e\ufffdas"]]);
  });

  it("refuses options that make no sense", () => {
    expect(() => embeddingSimilarity({ embed, zeroAt: 1 })).toThrow("embeddingSimilarity.zeroAt");
    expect(() => embeddingSimilarity({} as { embed: typeof embed })).toThrow("embeddingSimilarity.embed");
  });
});
