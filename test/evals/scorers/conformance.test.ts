import { readdirSync } from "node:fs";
import { join, resolve } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  contains,
  embeddingSimilarity,
  exact,
  humanLabels,
  jsonDiff,
  jsonForm,
  multipleChoice,
  normalised,
  numeric,
  pairwiseJudge,
  regex,
  rubricJudge,
  type Score,
  type Scorer,
  type ScorerArgs,
  scoreWith,
  toolCallMatch,
} from "../../../evals/scorers/index.ts";
import { deepFreeze } from "../../../src/testing/deep-freeze.ts";
import { fakeModel } from "../../../src/testing/index.ts";
import { withoutChance } from "../../../src/testing/without-chance.ts";
import { anyCharacter } from "../../support/any-character.ts";
import { runs } from "../../support/runs.ts";

interface Setup {
  readonly scorer: Scorer;
  /** An answer that is fully good, with what it is measured against, and one that is not. */
  readonly good: ScorerArgs;
  readonly bad: ScorerArgs;
  /** Calls nobody and draws nothing. Default true. */
  readonly pure?: false;
}

const levelOf = (user: string) => (user.includes("Paris is the capital") ? "excellent" : "wrong");
const rubricModel = fakeModel({
  model: "judge",
  answer: ({ messages }) => JSON.stringify({ reason: "x", level: levelOf(String(messages[1]?.content)) }),
});
const pairModel = fakeModel({
  model: "judge",
  answer: ({ messages }) => {
    const text = String(messages[1]?.content);
    const first = text.indexOf("Paris is") < text.indexOf("[begin second");
    return JSON.stringify({ reason: "x", winner: first && text.includes("Paris is") ? "first" : "second" });
  },
});
const embed = async (texts: readonly string[]) =>
  texts.map((text) => [text.length % 7, text.includes("Paris") ? 9 : -9]);
const call = { name: "capital", arguments: { of: "France" } };
const answer = "Paris is the capital.";

/** By name of the file. */
const setups: Readonly<Record<string, Setup>> = {
  exact: { scorer: exact(), good: { output: "a", expected: "a" }, bad: { output: "b", expected: "a" } },
  normalised: {
    scorer: normalised(),
    good: { output: "The Seine.", expected: "seine" },
    bad: { output: "b", expected: "b c" },
  },
  "multiple-choice": {
    scorer: multipleChoice(),
    good: { output: "It is (B)", expected: "B" },
    bad: { output: "It is (C)", expected: "B" },
  },
  numeric: {
    scorer: numeric(),
    good: { output: "It is $18.00.", expected: "18" },
    bad: { output: "It is 19", expected: "18" },
  },
  "json-form": {
    scorer: jsonForm({ type: "object", required: ["a"], properties: { a: { type: "number" } } }),
    good: { output: '{"a": 1}' },
    bad: { output: '{"b": 1}' },
  },
  "json-diff": {
    scorer: jsonDiff(),
    good: { output: '{"a": 1}', expected: { a: 1 } },
    bad: { output: '{"a": 1}', expected: { a: 3, b: 1 } },
  },
  contains: {
    scorer: contains({ of: "all", ignoreCase: true }),
    good: { output: "a b", expected: ["A", "B"] },
    bad: { output: "a c", expected: ["A", "B"] },
  },
  regex: { scorer: regex("^(a+)+$"), good: { output: "aaa" }, bad: { output: "aab" } },
  "tool-call-match": {
    scorer: toolCallMatch(),
    good: { output: "", toolCalls: [call], expected: [call] },
    bad: { output: "", toolCalls: [call, call], expected: [call] },
  },
  "embedding-similarity": {
    scorer: embeddingSimilarity({ embed }),
    good: { output: "Paris", expected: "Paris" },
    bad: { output: "Rome", expected: "Paris" },
    pure: false,
  },
  "rubric-judge": {
    scorer: rubricJudge({ model: rubricModel }),
    good: { input: "The capital?", output: answer },
    bad: { input: "The capital?", output: "Rome is." },
    pure: false,
  },
  "pairwise-judge": {
    scorer: pairwiseJudge({ model: pairModel }),
    good: { input: "The capital?", output: answer, baseline: "Rome is." },
    bad: { input: "The capital?", output: "Rome is.", baseline: answer },
    pure: false,
  },
  "human-labels": {
    scorer: humanLabels([
      { id: "1", quality: 1 },
      { id: "2", quality: 0 },
    ]),
    good: { output: "a", id: "1" },
    bad: { output: "a", id: "2" },
  },
};

/** Pieces that make readers of answers do work. */
const pieces = [
  "a",
  " ",
  "\n",
  "1",
  "1,",
  "1/",
  ".1",
  "-",
  "$",
  "e9",
  "½",
  "10⁸",
  "×10",
  "(",
  "(A",
  "B. ",
  "A\n",
  "[",
  '{"a":',
  '"',
  "\\",
  "\\boxed{",
  "\\frac{1}{",
  "answer ",
  "answer is ",
  "the answer: ",
  "choose ",
  "####",
  "*",
  "**1",
  "`",
  "```json\n",
  "<think>",
  "</think>",
  "\ud800",
  "\udc00\ud800",
  "\u0000",
  "\u202e",
  "ﷺ",
  "ß",
  "e\u0301",
  "is correct ",
  "[end answer ",
];
const canary = "canary-5309";

const isScore = ({ name, score, metadata }: Score) => {
  expect(name).toMatch(/./);
  if (score !== null) {
    expect(score).toBeGreaterThanOrEqual(0);
    expect(score).toBeLessThanOrEqual(1);
  } else expect(metadata?.["reason"]).toMatch(/./);
  expect(JSON.parse(JSON.stringify(metadata ?? {}))).toEqual(metadata ?? {});
};

it("has a set-up for every scorer", () => {
  const folder = resolve(import.meta.dirname, "../../../evals/scorers");
  const files = readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(".ts"))
    .map(({ name }) => name.slice(0, -3))
    .filter((name) => !["index", "score-with", "scorer"].includes(name));
  expect(files.sort(), join(folder, "*.ts")).toEqual(Object.keys(setups).sort());
});

describe.each(Object.entries(setups))("%s", (file, { scorer, good, bad, pure = true }) => {
  it("is named after its file", () => {
    expect(scorer.name).toBe(file.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase()));
  });

  it("gives 1 to a good answer and less to another, under its name, and leaves both as they were", async () => {
    const best = await scoreWith(scorer, deepFreeze(structuredClone(good)));
    const worse = await scoreWith(scorer, deepFreeze(structuredClone(bad)));
    for (const score of [best, worse]) isScore(score);
    expect(best).toMatchObject({ name: scorer.name, score: 1 });
    expect(worse.score).toBeLessThan(1);
  });

  it("says the same of the same answer, in any order", async () => {
    const all = [good, bad, { ...good, output: "?" }];
    const first: Score[] = [];
    for (const args of all) first.push(await scoreWith(scorer, args));
    for (const [index, args] of [...all.entries()].reverse())
      expect(await scoreWith(scorer, args)).toEqual(first[index]);
    if (pure) for (const args of all) await withoutChance(() => scorer.score(args));
  });

  it("survives texts that are made to break it, of 10 MB and at its own bounds", async () => {
    for (const piece of pieces) {
      for (const length of [7, runs(20_000, 100_000)]) {
        const output = piece.repeat(Math.ceil(length / piece.length)).slice(0, length);
        isScore((await scorer.score({ ...good, output })) as Score);
        isScore((await scorer.score({ ...good, output: `${output}${good.output}` })) as Score);
      }
    }
    for (const piece of ["a", "1", "(", "\ud800", "\u0000", "ﷺ", " "])
      isScore((await scorer.score({ ...good, output: piece.repeat(10_000_000 / piece.length) })) as Score);
  });

  it("survives any mixture of them, and any text", async () => {
    const mixture = fc.array(fc.constantFrom(...pieces), { maxLength: 60 }).map((parts) => parts.join(""));
    const text = fc.oneof(mixture, fc.string({ unit: anyCharacter, maxLength: 200 }), fc.json());
    await fc.assert(
      fc.asyncProperty(text, text, async (output, expected) => {
        isScore((await scorer.score({ ...good, output })) as Score);
        isScore((await scorer.score({ ...good, output, expected })) as Score);
      }),
      { numRuns: runs(30, 2_000) },
    );
  });

  it("survives expected values and answers that are none", async () => {
    const cyclic: Record<string, unknown> = {};
    cyclic["self"] = cyclic;
    const wrong = [
      undefined,
      null,
      "",
      [],
      [[]],
      {},
      cyclic,
      Number.POSITIVE_INFINITY,
      Number.NaN,
      7n,
      Symbol("x"),
      () => 1,
      true,
    ];
    for (const expected of wrong) {
      isScore((await scorer.score({ ...good, expected })) as Score);
      const args = { ...good, output: expected, toolCalls: undefined } as unknown as ScorerArgs;
      isScore(await scoreWith(scorer, args));
    }
    for (const toolCalls of [null, 1, [null], [{}], [{ function: 1 }], [{ name: 1 }]])
      isScore(await scoreWith(scorer, { ...good, toolCalls } as unknown as ScorerArgs));
  });

  it("tells before there is an answer that none could be scored", async () => {
    expect(await scorer.gapIn?.(good)).toBeUndefined();
    const { id, expected, baseline, ...bare } = good;
    if (((await scorer.score({ ...bare, output: "" })) as Score).score === null)
      expect(await scorer.gapIn?.(bare)).toMatch(/^[a-z]/);
  });

  it("quotes neither request nor answer in what it says of them", async () => {
    const args = {
      ...good,
      input: canary,
      output: `${canary} {"${canary}": [`,
      expected: [canary, { a: canary }],
    };
    for (const expected of [args.expected, canary, undefined])
      expect(JSON.stringify(await scoreWith(scorer, { ...args, expected }))).not.toContain(canary);
  });
});
