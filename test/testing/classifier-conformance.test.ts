import { expect, test } from "vitest";
import type { Classifier, RequestFacts } from "../../src/contracts/index.ts";
import { classifierConformance, fakeModel } from "../../src/testing/index.ts";

/** Returns the names of the cases that a classifier fails. */
async function failures(classifier: Classifier): Promise<string[]> {
  const failed: string[] = [];
  for (const { name, run } of classifierConformance({ classifier }))
    await run().catch(() => failed.push(name));
  return failed;
}

const turns: Classifier = {
  name: "turns",
  version: "1",
  classify: (request) => ({ complexity: 1 - 1 / (1 + request.turns) }),
};
const with_ = (classify: Classifier["classify"]): Classifier => ({ ...turns, classify });
let calls = 0;

test("a classifier that keeps the contract passes, even if it answers later", async () => {
  expect(await failures(turns)).toEqual([]);
  expect(await failures(with_(async (request) => ({ complexity: request.tools > 0 ? 1 : 0 })))).toEqual([]);
});

test.each<{ what: string; classifier: Classifier; failed: string[] }>([
  {
    what: "has no version",
    classifier: { ...turns, version: "" },
    failed: ["has a name and a version"],
  },
  {
    what: "divides by the length",
    classifier: with_(({ ask }) => ({ complexity: Math.min(1, ask.indexOf(" ") / ask.length) })),
    failed: ["gives requests made to break it a complexity in [0, 1]", "answers with plain JSON"],
  },
  {
    what: "counts its calls",
    classifier: with_(() => ({ complexity: 1 / ++calls })),
    failed: ["gives the same result for the same request, in any order"],
  },
  {
    what: "returns signals that are not finite",
    classifier: with_(() => ({ complexity: 0.5, signals: { length: Number.POSITIVE_INFINITY } })),
    failed: ["answers with plain JSON", "gives qualities in [0, 1] and signals that are finite numbers"],
  },
  {
    what: "returns a quality above 1",
    classifier: with_(() => ({ complexity: 0.5, quality: { "openai:gpt": 95 } })),
    failed: ["gives qualities in [0, 1] and signals that are finite numbers"],
  },
  {
    what: "names the category after the prompt",
    classifier: with_(({ ask }) => ({ complexity: 0.5, category: ask.slice(0, 40) })),
    failed: ["quotes no prompt"],
  },
])("one that $what fails", async ({ classifier, failed }) => {
  expect(await failures(classifier)).toEqual(failed);
});

test("one that writes to the facts fails", async () => {
  const classifier = with_((request: RequestFacts) => {
    if (!Object.isFrozen(request)) (request as { turns: number }).turns += 1;
    return { complexity: 0.5 };
  });
  expect(await failures(classifier)).toEqual(["leaves the facts unchanged"]);
});

test("one that calls a model needs a hop that has one", async () => {
  const classifier = with_(async (_, hop) => {
    await hop.generate(fakeModel({ model: "judge" }), { messages: [{ role: "user", content: "hard?" }] });
    return { complexity: 0.5 };
  });
  const [, usual] = classifierConformance({ classifier });
  await expect(usual?.run()).rejects.toThrow(/pass classifierConformance a hop/);
});
