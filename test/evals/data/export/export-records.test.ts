import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname } from "node:path";
import { gunzipSync } from "node:zlib";
import { afterAll, describe, expect, it } from "vitest";
import { type ExportOptions, exportRecords } from "../../../../evals/index.ts";
import { InvalidOptionError } from "../../../../src/contracts/index.ts";
import { temporaryFolder } from "../../../support/cli-config.ts";
import { linesFrom } from "../../../support/evals/import-folder.ts";
import { formatErrorOf } from "../../../support/evals/records.ts";

const folder = temporaryFolder();
afterAll(() => folder.remove());

const input = (records: readonly unknown[]) => folder.file("in.jsonl", linesFrom(records));
async function written(
  to: ExportOptions["to"],
  name: string,
  records: readonly unknown[],
  models?: readonly string[],
  columns?: ExportOptions["columns"],
) {
  const out = folder.file(name, "before");
  const report = await exportRecords({ to, input: input(records), out, models, columns });
  const bytes = readFileSync(out);
  return { report, text: (name.endsWith(".gz") ? gunzipSync(bytes) : bytes).toString() };
}

const records = [
  {
    id: "1",
    prompt: "Why?",
    category: "c",
    outcomes: {
      small: { quality: 0, answer: "No, why", costUsd: 0.001 },
      large: { quality: 1, costUsd: 0.01 },
    },
  },
  { id: "2", prompt: 'Say "hi"', outcomes: { large: { quality: 1 }, small: { quality: 1, costUsd: 0.002 } } },
];

describe("exportRecords", () => {
  const columns = {
    id: "key",
    prompt: "question",
    category: "topic",
    "quality:large": "ok",
    "answer:small": "said",
  };

  it("writes a table with the columns that are asked for, in their order, also packed", async () => {
    const { report, text } = await written("table", "t.csv.gz", records, undefined, columns);
    expect(text).toBe('key,question,topic,ok,said\n1,Why?,c,1,"No, why"\n2,"Say ""hi""",,1,\n');
    expect(report).toEqual({ kind: "outcomes", records: 2, models: ["small", "large"], leftOut: {} });
  });

  it("leaves out what CSV cannot hold, and says so; JSON lines hold messages", async () => {
    const odd = [
      ...records,
      { id: "3", messages: [{ role: "user", content: "x" }], outcomes: {} },
      { id: "4", prompt: "x", system: "y", outcomes: {} },
      { id: "5", prompt: "x", tools: [{ name: "f" }], outcomes: {} },
    ];
    const csv = await written("table", "t.csv", odd, undefined, columns);
    expect(csv.report.leftOut).toEqual({
      "records with messages or a system prompt, which CSV does not hold": 2,
      "records with tools, which the format does not hold": 1,
    });
    const lines = await written("table", "t.jsonl", odd, undefined, columns);
    expect(lines.report.leftOut).toEqual({ "records with tools, which the format does not hold": 1 });
    expect(JSON.parse(lines.text.split("\n")[3] ?? "")).toEqual({
      key: "4",
      question: [
        { role: "system", content: "y" },
        { role: "user", content: "x" },
      ],
    });
  });

  it("writes promptfoo's tests and outputs", async () => {
    const tests = await written("promptfoo", "t.json", [
      { id: "1", prompt: "x", expected: ["a", "b"] },
      { id: "2", prompt: "y" },
    ]);
    expect(JSON.parse(tests.text)).toEqual([
      { vars: { prompt: "x" }, metadata: { id: "1" }, assert: [{ type: "contains-any", value: ["a", "b"] }] },
      { vars: { prompt: "y" }, metadata: { id: "2" }, assert: [] },
    ]);
    const outputs = await written("promptfoo", "r.json", records);
    const { results } = JSON.parse(outputs.text).results;
    expect(results).toHaveLength(4);
    expect(results[0]).toMatchObject({
      provider: { id: "small" },
      prompt: { raw: "Why?" },
      response: { output: "No, why" },
      score: 0,
      success: false,
      failureReason: 1,
      cost: 0.001,
    });
  });

  it.each<[string, ExportOptions["to"], string, readonly unknown[], readonly string[] | undefined, RegExp]>([
    [
      "an unknown format",
      "excel" as "promptfoo",
      "t",
      records,
      undefined,
      /to must be one of promptfoo, openai-evals/,
    ],
    [
      "a data set as a log",
      "openai-evals",
      "l.jsonl",
      [{ id: "1", prompt: "x" }],
      undefined,
      /to must be promptfoo or table for a data set/,
    ],
    [
      "a table without columns",
      "table",
      "t.csv",
      records,
      undefined,
      /columns must be a mapping with prompt/,
    ],
    [
      "another kind of file",
      "promptfoo",
      "t.yaml",
      records,
      undefined,
      /out must be a name that ends in \.json or \.jsonl/,
    ],
    [
      "several models in one log",
      "openai-evals",
      "l.jsonl",
      records,
      undefined,
      /models must be one model.*small, large/,
    ],
    [
      "a model that is not there",
      "promptfoo",
      "t.json",
      records,
      ["tiny"],
      /models must be a model of the outcomes: small, large, got "tiny"/,
    ],
  ])("refuses %s", async (_, to, name, of, models, message) => {
    const error = await written(to, name, of, models).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(InvalidOptionError);
    expect((error as Error).message).toMatch(message);
  });

  it.each<[string, Readonly<Record<string, string>>, RegExp]>([
    [
      "a model that is not there",
      { "quality:tiny": "t" },
      /columns must be of a model of the outcomes: small, large/,
    ],
    ["a row an answer", { model: "m", quality: "q" }, /columns must be quality:<model> and its like/],
    [
      "two columns of one name",
      { "quality:small": "x", "quality:large": "x" },
      /without a name that is a column/,
    ],
    ["a field that is none", { colour: "x" }, /columns must be fields of a record/],
  ])("refuses a table with %s, and leaves what was there as it was", async (_, of, message) => {
    const out = folder.file("kept.csv", "before");
    const asked = { to: "table", input: input(records), out, columns: { prompt: "prompt", ...of } } as const;
    await expect(exportRecords(asked)).rejects.toThrow(message);
    expect(readFileSync(out, "utf8")).toBe("before");
    expect(readdirSync(dirname(out)).filter((name) => name.endsWith(".tmp"))).toEqual([]);
  });

  it.each<[string, readonly unknown[], RegExp]>([
    ["no records", [], /in\.jsonl: file holds no records/],
    [
      "a quality outside [0, 1]",
      [{ id: "1", prompt: "x", outcomes: { a: { quality: 2 } } }],
      /in\.jsonl:1: outcomes\["a"\]\.quality/,
    ],
    ["records of both kinds", [...records, { id: "3", prompt: "x" }], /in\.jsonl:3: outcomes are missing/],
    [
      "records of which none fits",
      [{ id: "1", prompt: "x", tools: [1], outcomes: { a: { quality: 1 } } }],
      /holds nothing that fits openai-evals \(left out: 1 records with tools/,
    ],
    ["no prompt", [{ id: "1" }], /in\.jsonl:1: prompt or messages must be given/],
    ["no object", [3], /in\.jsonl:1: line must be a JSON object/],
  ])("refuses %s", async (_, of, message) => {
    const out = `${folder.file("x", "")}.never`;
    const error = await formatErrorOf(exportRecords({ to: "openai-evals", input: input(of), out }));
    expect(error.message).toMatch(message);
    expect(existsSync(out)).toBe(false);
  });
});
