import { afterAll, describe, expect, it } from "vitest";
import type { ImportOptions } from "../../../../evals/index.ts";
import { importFolder, linesFrom } from "../../../support/evals/import-folder.ts";
import { formatErrorOf } from "../../../support/evals/records.ts";

const folder = importFolder();
afterAll(() => folder.remove());
const { read } = folder;

const columns = { id: "key", prompt: "ask", model: "llm", quality: "grade" };
const traced = (id: string, score: number) => ({
  id,
  span_attributes: { type: "llm" },
  input: "Why?",
  output: "so",
  metadata: { model: "a" },
  scores: { right: score },
});
const sample = (id: number, acc: number) => ({ doc_id: id, arguments: [["Why?"]], resps: [["so"]], acc });
const log = (correct: boolean) =>
  linesFrom([
    { spec: { run_id: "r", completion_fns: ["a"] } },
    { sample_id: "s", type: "sampling", data: { prompt: "x", sampled: ["y"] } },
    { sample_id: "s", type: "match", data: { correct } },
  ]);

type Case = readonly [
  string,
  Omit<ImportOptions, "inputs">,
  same: Readonly<Record<string, string>>,
  other: Readonly<Record<string, string>>,
  reason: string,
  message: RegExp,
];

const cases: readonly Case[] = [
  [
    "a row of a long table",
    { from: "table", columns },
    { "t.csv": "key,ask,llm,grade\n1,x,a,1\n1,x,b,0\n1,x,b,0\n" },
    { "t.csv": "key,ask,llm,grade\n1,x,a,1\n1,x,b,0\n1,x,b,1\n" },
    "repeated outcomes",
    /t\.csv:4: model "b" has an outcome in .*t\.csv:3 already, and another one here/,
  ],
  [
    "a row of a wide table",
    { from: "table", columns: { id: "key", prompt: "ask", "quality:a": "a" } },
    { "t.csv": "key,ask,a\n1,x,1\n1,x,1\n" },
    { "t.csv": "key,ask,a\n1,x,1\n1,x,0\n" },
    "repeated records",
    /t\.csv:3: id is the same as in .*t\.csv:2, of another record/,
  ],
  [
    "an event in two exports of Braintrust",
    { from: "braintrust" },
    { "a.jsonl": linesFrom([traced("1", 1)]), "b.jsonl": linesFrom([traced("1", 1)]) },
    { "a.jsonl": linesFrom([traced("1", 1)]), "b.jsonl": linesFrom([traced("1", 0)]) },
    "repeated records",
    /b\.jsonl:1: id is the same as in .*a\.jsonl:1/,
  ],
  [
    "a run of lm-evaluation-harness, given twice",
    { from: "lm-eval" },
    {
      "samples_t.jsonl": linesFrom([sample(1, 1)]),
      "samples_t_2026-01-01T00-00-00.jsonl": linesFrom([sample(1, 1)]),
    },
    {
      "samples_t.jsonl": linesFrom([sample(1, 1)]),
      "samples_t_2026-01-01T00-00-00.jsonl": linesFrom([sample(1, 0)]),
    },
    "repeated outcomes",
    /T00-00-00\.jsonl:1: model .* has an outcome in .*samples_t\.jsonl:1 already/,
  ],
  [
    "a log of OpenAI, given twice",
    { from: "openai-evals" },
    { "a.jsonl": log(true), "b.jsonl": log(true) },
    { "a.jsonl": log(true), "b.jsonl": log(false) },
    "repeated outcomes",
    /b\.jsonl:\d: model "a" has an outcome in .*a\.jsonl:\d already/,
  ],
  [
    "a test of promptfoo",
    { from: "promptfoo" },
    { "t.jsonl": linesFrom([1, 1].map(() => ({ vars: { prompt: "x" }, metadata: { id: "1" } }))) },
    { "t.jsonl": linesFrom(["x", "y"].map((prompt) => ({ vars: { prompt }, metadata: { id: "1" } }))) },
    "repeated records",
    /t\.jsonl:2: id is the same as in .*t\.jsonl:1/,
  ],
];

describe("what an import holds twice", () => {
  it.each(cases)("%s: counted once where it is the same", async (_, options, same, __, reason) => {
    const { records, report } = await read(same, options);
    expect(records).toHaveLength(1);
    expect(report).toMatchObject({ records: 1, leftOut: { [reason]: 1 } });
  });

  it.each(cases)(
    "%s: refused with both lines where it differs",
    async (_, options, __, other, ___, message) => {
      expect((await formatErrorOf(read(other, options))).message).toMatch(message);
    },
  );
});
