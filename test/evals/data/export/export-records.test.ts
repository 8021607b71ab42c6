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
) {
  const out = folder.file(name, "before");
  const report = await exportRecords({ to, input: input(records), out, models });
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
  it("writes RouterBench's table with the best model, the cheapest of equals", async () => {
    const { report, text } = await written("routerbench", "t.csv", records);
    expect(text).toBe(
      `sample_id,prompt,eval_name,small,large,small|model_response,large|model_response,small|total_cost,large|total_cost,oracle_model_to_route_to
1,Why?,c,0,1,"No, why",,0.001,0.01,large
2,"Say ""hi""",,1,1,,,0.002,,small
`,
    );
    expect(report).toEqual({ kind: "outcomes", records: 2, models: ["small", "large"], leftOut: {} });
  });

  it("writes RouteLLM's table, also of some models and packed", async () => {
    const { text, report } = await written("routellm", "t.csv.gz", records, ["large"]);
    expect(text).toBe('prompt,large,large_response\nWhy?,True,\n"Say ""hi""",True,\n');
    expect(report.models).toEqual(["large"]);
  });

  it("leaves out what a table cannot hold, and says so", async () => {
    const odd = [
      ...records,
      { id: "3", messages: [{ role: "user", content: "x" }], outcomes: {} },
      { id: "4", prompt: "x", system: "y", outcomes: {} },
      { id: "5", prompt: "x", tools: [{ name: "f" }], outcomes: {} },
    ];
    const { report } = await written("routerbench", "t.csv", odd);
    expect(Object.entries(report.leftOut)).toEqual([[expect.stringMatching(/^records with messages/), 3]]);
  });

  it("writes a system prompt as the first message where messages can be held", async () => {
    const { text } = await written("openai-evals", "s.jsonl", [
      { id: "1", prompt: "x", system: "y", expected: "z" },
    ]);
    expect(JSON.parse(text)).toEqual({
      id: "1",
      input: [
        { role: "system", content: "y" },
        { role: "user", content: "x" },
      ],
      ideal: "z",
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
      "a data set as a table",
      "routellm",
      "t.csv",
      [{ id: "1", prompt: "x" }],
      undefined,
      /to must be promptfoo or openai-evals/,
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
      "routellm",
      "t.csv",
      records,
      ["tiny"],
      /models must be a model of the outcomes: small, large, got "tiny"/,
    ],
    [
      "a model whose name is a column",
      "routellm",
      "t.csv",
      [{ id: "1", prompt: "x", outcomes: { prompt: { quality: 1 } } }],
      undefined,
      /without a name that is a column/,
    ],
  ])("refuses %s", async (_, to, name, of, models, message) => {
    const error = await written(to, name, of, models).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(InvalidOptionError);
    expect((error as Error).message).toMatch(message);
  });

  it("refuses grades where only right and wrong fit, and leaves what was there as it was", async () => {
    const graded = [...records, { id: "3", prompt: "secret", outcomes: { small: { quality: 0.5 } } }];
    const out = folder.file("kept.csv", "before");
    const error = await formatErrorOf(exportRecords({ to: "routellm", input: input(graded), out }));
    expect(error.message).toMatch(
      /outcomes\["small"\]\.quality of "3" must be 0 or 1 for routellm, got 0\.5/,
    );
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
