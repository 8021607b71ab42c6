import { describe, expectTypeOf, it } from "vitest";
import type { AnyScorer, Score, Scorer, ScorerFunction } from "../../../evals/scorers/scorer.ts";

// The types of autoevals, as it publishes them.
type TheirScore = { name: string; score: number | null; metadata?: Record<string, unknown>; error?: unknown };
type TheirArgs<Output, Extra> = { output: Output; expected?: Output } & Extra;
type TheirScorer<Output, Extra> = (args: TheirArgs<Output, Extra>) => TheirScore | Promise<TheirScore>;
type WithPartial<Output, Extra> = TheirScorer<Output, Extra> & {
  partial: <T extends keyof Extra>(
    args: { [K in T]: Extra[K] },
  ) => TheirScorer<Output, Omit<Extra, T> & Partial<Pick<Extra, T>>>;
};

describe("what fits as a scorer without an adapter", () => {
  it("a scorer of autoevals, of text or of any value, with or without an input", () => {
    expectTypeOf<TheirScorer<string, object>>().toExtend<AnyScorer>();
    expectTypeOf<WithPartial<unknown, object>>().toExtend<AnyScorer>();
    expectTypeOf<WithPartial<string, { input: string; model?: string }>>().toExtend<AnyScorer>();
    expectTypeOf<TheirScore>().toExtend<Score>();
  });

  it("not one that wants a number for a text", () => {
    expectTypeOf<TheirScorer<number, object>>().not.toExtend<AnyScorer>();
  });

  it("a function that returns a number or null, at once or later", () => {
    const sameLength: ScorerFunction = ({ output, expected }) => (output.length === expected ? 1 : 0);
    const narrow = ({ output, expected }: { output: string; expected: string }): number =>
      output === expected ? 1 : 0;
    const later = async ({ input, output }: { input: string; output: string }) =>
      input === output ? null : 0.5;
    const unused = () => null;
    expectTypeOf(sameLength).toExtend<AnyScorer>();
    expectTypeOf(narrow).toExtend<AnyScorer>();
    expectTypeOf(later).toExtend<AnyScorer>();
    expectTypeOf(unused).toExtend<AnyScorer>();
    // @ts-expect-error a text is no score
    const wrong: AnyScorer = () => "good";
    expectTypeOf(wrong).toExtend<AnyScorer>();
  });

  it("an object whose parameters are inferred", () => {
    const scorer: Scorer = {
      name: "short",
      score: ({ output }) => ({ name: "short", score: 1 / output.length }),
    };
    expectTypeOf(scorer).toExtend<AnyScorer>();
  });
});
