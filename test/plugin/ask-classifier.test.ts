import { describe, expect, it } from "vitest";
import { offlineHop } from "../../evals/replay/offline-hop.ts";
import type { Classification, Classifier } from "../../src/contracts/index.ts";
import { askClassifier } from "../../src/plugin/index.ts";
import { factsOf } from "../../src/testing/index.ts";

const hop = offlineHop(0, new AbortController().signal);
const typed = { ask: "typed", window: "", askCharacters: 5, isBelieved: false };
const request = factsOf({ ask: "whole", typed });

function answering(answers: Readonly<Record<string, Partial<Classification>>>, later = false): Classifier {
  return {
    name: "table",
    version: "1",
    classify({ ask, typed: rest }) {
      expect(rest).toBeUndefined();
      const answer = answers[ask] as Classification;
      return later ? Promise.resolve(answer) : answer;
    },
  };
}
const ask = async (classifier: Classifier, facts = request) => askClassifier(classifier, facts, hop, 1_000);

describe("a request into which a coding agent wrote", () => {
  it.each([
    ["the whole", 0.8, 0.2, "whole"],
    ["what was typed", 0.2, 0.8, "typed"],
    ["what was typed, if they are equal", 0.5, 0.5, "typed"],
  ])("has the classification of %s, the harder one", async (_, whole, part, category) => {
    for (const later of [false, true]) {
      const classifier = answering(
        { whole: { complexity: whole, category: "whole" }, typed: { complexity: part, category: "typed" } },
        later,
      );
      const { classification } = await ask(classifier);
      expect(classification).toMatchObject({ complexity: Math.max(whole, part), category });
    }
  });

  it("has the lower quality of each model", async () => {
    const { classification } = await ask(
      answering({
        whole: { complexity: 0.1, quality: { small: 0.9, large: 0.6 } },
        typed: { complexity: 0.2, quality: { small: 0.5, other: 0.4 } },
      }),
    );
    expect(classification?.quality).toEqual({ small: 0.5, large: 0.6, other: 0.4 });
  });

  it("has no classification if either failed, since that one might have been the higher", async () => {
    const good = { complexity: 0.1 };
    const bad = { complexity: Number.NaN };
    for (const answers of [
      { whole: good, typed: bad },
      { whole: bad, typed: good },
    ]) {
      const { classification, error } = await ask(answering(answers));
      expect(classification).toBeUndefined();
      expect(error?.message).toContain("NaN");
    }
  });
});

describe("a request of an agent that is believed", () => {
  const believed = factsOf({ ask: "whole", typed: { ...typed, isBelieved: true } });

  it.each([false, true])("has the classification of what was typed (later: %s)", async (later) => {
    const answers = {
      whole: { complexity: 0.9, category: "whole", quality: { small: 0.1 } },
      typed: { complexity: 0.2, category: "typed", quality: { small: 0.8 }, signals: { words: 1 } },
    };
    const { classification } = await ask(answering(answers, later), believed);
    expect(classification).toEqual({
      ...answers.typed,
      signals: { words: 1, typed: 0.2, whole: 0.9 },
    });
  });

  it("has it although the whole could not be classified, and none if what was typed could not", async () => {
    const good = { complexity: 0.1 };
    const bad = { complexity: Number.NaN };
    const one = await ask(answering({ whole: bad, typed: good }), believed);
    expect(one.classification).toMatchObject({ complexity: 0.1, signals: { typed: 0.1 } });
    const other = await ask(answering({ whole: good, typed: bad }), believed);
    expect(other.error?.message).toContain("NaN");
  });
});
