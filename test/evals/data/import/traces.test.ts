import { readFileSync } from "node:fs";
import { afterAll, describe, expect, it } from "vitest";
import type { ImportOptions } from "../../../../evals/data/import/import-options.ts";
import { importRecords } from "../../../../evals/index.ts";
import { importFolder, linesFrom } from "../../../support/evals/import-folder.ts";
import { collect, formatErrorOf } from "../../../support/evals/records.ts";

const folder = importFolder();
afterAll(() => folder.remove());
const { read } = folder;

/** Imports a file that the tool itself has made: test/fixtures/imports/README.md. */
async function sample(name: string, options: Omit<ImportOptions, "inputs">) {
  const text = readFileSync(new URL(`../../../fixtures/imports/${name}`, import.meta.url), "utf8");
  return read({ [name]: text }, options);
}

describe("files that the tools have made", () => {
  it("Langfuse: generations with their score are outcomes", async () => {
    const { records, report } = await sample("langfuse-events.jsonl", { from: "langfuse" });
    expect(records).toMatchObject([
      {
        id: "gen-1",
        messages: [{ role: "user", content: "Why is the sky blue?" }],
        outcomes: {
          "gpt-5-mini": {
            quality: 1,
            answer: "Rayleigh scattering.",
            costUsd: 0.00002,
            inputTokens: 14,
            outputTokens: 6,
          },
        },
      },
    ]);
    expect(report.leftOut).toEqual({ "events other than generations": 1 });
  });

  it("Langfuse: items are a data set", async () => {
    const { records } = await sample("langfuse-dataset.jsonl", { from: "langfuse" });
    expect(records).toEqual([
      { id: "item-1", prompt: "Why is the sky blue?", expected: "Rayleigh scattering." },
    ]);
  });

  it("LangSmith: runs with their feedback are outcomes", async () => {
    const { records } = await sample("langsmith-runs.jsonl", { from: "langsmith", metric: "correctness" });
    expect(records).toMatchObject([
      {
        messages: [{ role: "user", content: "What is 2 + 2?" }],
        session: "s1",
        outcomes: { "gpt-5-mini": { quality: 1, answer: "4", inputTokens: 12, outputTokens: 1 } },
      },
    ]);
  });

  it("Braintrust: events of an experiment are outcomes, by one of their scores", async () => {
    const { records } = await sample("braintrust-experiment.jsonl", {
      from: "braintrust",
      metric: "Factuality",
    });
    expect(records).toMatchObject([
      {
        id: "row-1",
        prompt: "Why is the sky blue?",
        session: "s1",
        outcomes: { "gpt-5-mini": { quality: 1, inputTokens: 14, latencyMs: 155 } },
      },
      { id: "row-2", outcomes: { "gpt-5-mini": { quality: 0, answer: "5" } } },
    ]);
    const error = await formatErrorOf(sample("braintrust-experiment.jsonl", { from: "braintrust" }));
    expect(error.message).toMatch(/scores are several: choose one with --metric \("Factuality", "Brevity"\)/);
  });

  it("Braintrust: rows of a data set", async () => {
    const { records } = await sample("braintrust-dataset.jsonl", { from: "braintrust" });
    expect(records).toEqual([
      {
        id: "d-1",
        prompt: "What is 2 + 2?",
        expected: "4",
        metadata: { topic: "sums" },
        at: "2026-11-26T20:14:57.827Z",
      },
    ]);
  });

  it("OpenTelemetry: calls of models are a data set, other spans are left out", async () => {
    const { records, report } = await sample("opentelemetry.jsonl", { from: "opentelemetry" });
    expect(records).toMatchObject([
      {
        prompt: "Why is the sky blue?",
        system: "Answer briefly.",
        session: "conv_1",
        metadata: {
          model: "gpt-5-mini",
          answer: "Rayleigh scattering.",
          inputTokens: 14,
          outputTokens: 6,
        },
      },
      { prompt: "What is 2 + 2?" },
    ]);
    expect(report).toMatchObject({ kind: "dataset", leftOut: { "spans that call no model": 1 } });
  });
});

describe("exports in other forms", () => {
  it("Langfuse: pages of its API, with scores in observations", async () => {
    const observation = {
      id: "o1",
      type: "GENERATION",
      model: "m",
      input: { question: "Why?" },
      output: { text: "so" },
      usageDetails: { input: 3, output: 2 },
      calculatedTotalCost: 0.1,
      startTime: "2026-01-01T00:00:00Z",
      endTime: "2026-01-01T00:00:01.5Z",
      scores: [{ name: "ok", value: true }],
    };
    const page = JSON.stringify({ data: [observation, { ...observation, id: "o2", type: "SPAN" }] });
    const { records } = await read({ "page.json": page }, { from: "langfuse" });
    expect(records).toEqual([
      {
        id: "o1",
        prompt: "Why?",
        at: "2026-01-01T00:00:00.000Z",
        outcomes: {
          m: {
            quality: 1,
            answer: '{"text":"so"}',
            costUsd: 0.1,
            inputTokens: 3,
            outputTokens: 2,
            latencyMs: 1_500,
          },
        },
      },
    ]);
  });

  it("LangSmith: examples, and runs with statistics of their feedback", async () => {
    const examples = linesFrom([{ id: "e", inputs: { question: "2 + 2?" }, outputs: { answer: "4" } }]);
    expect((await read({ "examples.jsonl": examples }, { from: "langsmith" })).records).toEqual([
      { id: "e", prompt: "2 + 2?", expected: "4" },
    ]);
    const run = {
      id: "r",
      run_type: "llm",
      inputs: { messages: [[{ role: "user", content: "hi" }]] },
      outputs: { generations: [[{ text: "hello" }]] },
      extra: { invocation_params: { model: "m" } },
      feedback_stats: { ok: { n: 2, avg: 0.5 } },
    };
    const runs = linesFrom([run, { ...run, id: "c", run_type: "chain" }]);
    const { records, report } = await read({ "runs.jsonl": runs }, { from: "langsmith" });
    expect(records).toMatchObject([{ id: "r", outcomes: { m: { quality: 0.5, answer: "hello" } } }]);
    expect(report.leftOut).toEqual({ "runs that call no model": 1 });
  });

  it("OpenTelemetry: structured attributes", async () => {
    const text = (stringValue: string) => ({ stringValue });
    const part = {
      kvlistValue: {
        values: [
          { key: "type", value: text("text") },
          { key: "content", value: text("hi") },
        ],
      },
    };
    const message = {
      kvlistValue: {
        values: [
          { key: "role", value: text("user") },
          { key: "parts", value: { arrayValue: { values: [part] } } },
        ],
      },
    };
    const attributes = [
      { key: "gen_ai.operation.name", value: text("chat") },
      { key: "gen_ai.input.messages", value: { arrayValue: { values: [message, message] } } },
    ];
    const spans = [
      { traceId: "t", spanId: "s", attributes },
      { traceId: "t", spanId: "u", attributes: attributes.slice(0, 1) },
    ];
    const file = JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans }] }] });
    const { records, report } = await read({ "spans.json": file }, { from: "opentelemetry" });
    const said = { role: "user", content: "hi" };
    expect(records).toMatchObject([{ id: "t:s", messages: [said, said] }]);
    expect(Object.keys(report.leftOut)[0]).toMatch(/^calls without gen_ai\.input\.messages/);
  });
});

describe("lm-evaluation-harness", () => {
  const sampleOf = (doc: number, rest: object) => ({
    doc_id: doc,
    doc: { question: "secret" },
    target: "4",
    arguments: { gen_args_0: { arg_0: `Question ${doc}`, arg_1: {} } },
    resps: [["The answer is 4"]],
    filtered_resps: ["4"],
    ...rest,
  });

  it("joins models by task and document, with the first filter of each", async () => {
    const mkdirFile = (model: string, lines: readonly object[]) =>
      folder.file(`samples_gsm8k_2026-11-01T10-00-00.${model}.jsonl`, linesFrom(lines));
    const path = mkdirFile("000000", [
      sampleOf(0, { exact_match: 1, filter: "strict-match" }),
      sampleOf(0, { exact_match: 0, filter: "flexible-extract" }),
      sampleOf(1, { exact_match: 0, arguments: [["Question 1", {}]] }),
    ]);
    const imported = importRecords({ from: "lm-eval", inputs: [path] });
    const records = await collect(imported);
    const model = Object.keys(imported.report.models)[0] as string;
    expect(records).toEqual([
      {
        id: "gsm8k:0",
        prompt: "Question 0",
        category: "gsm8k",
        outcomes: { [model]: { quality: 1, answer: "The answer is 4" } },
      },
      {
        id: "gsm8k:1",
        prompt: "Question 1",
        category: "gsm8k",
        outcomes: { [model]: { quality: 0, answer: "The answer is 4" } },
      },
    ]);
    expect(imported.report.leftOut).toEqual({ "further filters of a sample": 1 });
  });

  it.each<[string, object, RegExp]>([
    ["no metric", {}, /acc must be a number in \[0, 1\]: name the metric/],
    ["a metric above 1", { acc: 7 }, /acc must be a number/],
    ["no prompt", { acc: 1, arguments: [] }, /arguments must hold the prompt/],
    ["no document", { acc: 1, doc_id: null }, /doc_id must be a number/],
  ])("refuses samples with %s, with the line and without text", async (_, rest, message) => {
    const error = await formatErrorOf(
      read({ "samples_t.jsonl": linesFrom([sampleOf(0, rest)]) }, { from: "lm-eval" }),
    );
    expect(error.message).toMatch(message);
    expect(error.line).toBe(1);
    expect(error.message).not.toContain("secret");
  });
});

describe("a table by its columns", () => {
  const long = { id: "key", prompt: "ask", model: "llm", quality: "grade", costUsd: "usd" };

  it("long: rows of one id are one record", async () => {
    const csv =
      "\uFEFFkey,ask,llm,grade,usd\r\n1,Why?,a,1,0.5\r\n1,Why?,b,false,\r\n__proto__,=1+1,a,0.25,\r\n";
    const { records } = await read({ "t.csv": csv }, { from: "table", columns: long });
    expect(JSON.parse(JSON.stringify(records))).toEqual([
      { id: "1", prompt: "Why?", outcomes: { a: { quality: 1, costUsd: 0.5 }, b: { quality: 0 } } },
      { id: "__proto__", prompt: "=1+1", outcomes: { a: { quality: 0.25 } } },
    ]);
  });

  it("long without ids: rows of one prompt are one record", async () => {
    const lines = linesFrom([
      { ask: "Why?", llm: "a", grade: 1 },
      { ask: "Why?", llm: "b", grade: 0 },
    ]);
    const { id: _, costUsd: __, ...columns } = long;
    const { records } = await read({ "t.jsonl": lines }, { from: "table", columns });
    expect(records).toEqual([
      { id: "1", prompt: "Why?", outcomes: { a: { quality: 1 }, b: { quality: 0 } } },
    ]);
  });

  it("wide, with paths in JSON lines", async () => {
    const lines = linesFrom([{ in: { text: "Why?" }, runs: [{ ok: true, out: "so" }, { ok: null }] }]);
    const columns = {
      prompt: "in.text",
      "quality:openai:a": "runs.0.ok",
      "answer:openai:a": "runs.0.out",
      "quality:b": "runs.1.ok",
    };
    const { records } = await read({ "w.jsonl": lines }, { from: "table", columns });
    expect(records).toEqual([
      { id: "w:1", prompt: "Why?", outcomes: { "openai:a": { quality: 1, answer: "so" } } },
    ]);
  });

  it("without a quality is a data set", async () => {
    const { records } = await read(
      { "d.csv": "q,gold\nWhy?,so\n" },
      { from: "table", columns: { prompt: "q", expected: "gold" } },
    );
    expect(records).toEqual([{ id: "d:2", prompt: "Why?", expected: "so" }]);
  });

  it.each<[string, string, RegExp, number]>([
    ["a missing column", "key,ask,llm,grade\n1,x,a,1\n", /column "usd" is not in the header/, 1],
    ["a quality out of range", "key,ask,llm,grade,usd\n1,x,a,3,\n", /column "grade" must be .* got 3/, 2],
    ["a cost that is text", "key,ask,llm,grade,usd\n1,x,a,1,secret\n", /column "usd" must be a number/, 2],
    ["an empty prompt", "key,ask,llm,grade,usd\n1,,a,1,\n", /column "ask" must be a non-empty text/, 2],
    ["no model", "key,ask,llm,grade,usd\n1,x,,1,\n", /llm must be a name/, 2],
    [
      "two answers of one model",
      "key,ask,llm,grade,usd\n1,x,a,1,\n1,x,a,0,\n",
      /has an outcome in .*:2 already/,
      3,
    ],
  ])("is refused with %s", async (_, csv, message, line) => {
    const error = await formatErrorOf(read({ "t.csv": csv }, { from: "table", columns: long }));
    expect(error.message).toMatch(message);
    expect(error.line).toBe(line);
    expect(error.message).not.toContain("secret");
  });

  it.each<[object | undefined, RegExp]>([
    [undefined, /columns must be a mapping with prompt/],
    [{ prompt: "a", colour: "b" }, /fields of a record/],
    [{ prompt: "a", quality: "b" }, /model and quality together/],
    [{ prompt: "" }, /columns.prompt must be the name of a column/],
  ])("refuses the mapping %j", async (columns, message) => {
    await expect(
      read({ "t.csv": "a\nb\n" }, { from: "table", columns } as Omit<ImportOptions, "inputs">),
    ).rejects.toThrow(message);
  });
});

describe("hostile files", () => {
  const formats = ["langfuse", "langsmith", "braintrust", "opentelemetry", "lm-eval"] as const;

  it.each(formats)(
    "%s: what is not an object, too deep, too long or without an id is refused",
    async (from) => {
      const deep = `{"data":${"[".repeat(2_000)}${"]".repeat(2_000)}}\n`;
      for (const text of ["[1]\n", "null\n", '"secret"\n', deep, "{\n", '{"input":"secret","id":1}\n']) {
        const error = await formatErrorOf(read({ "bad.jsonl": text }, { from }));
        expect(error.message).toContain("bad.jsonl");
        expect(error.message).not.toContain("secret");
      }
      const long = `{"id":"${"x".repeat(17 * 1024 * 1024)}"}\n`;
      expect((await formatErrorOf(read({ "long.jsonl": long }, { from }))).message).toMatch(/is longer than/);
    },
  );

  it("ids that objects have of their own are ids like others", async () => {
    const call = (id: string) =>
      `{"id":${JSON.stringify(id)},"input":"q ${id}","output":"a","metadata":{"model":"__proto__"},"scores":{"__proto__":1}}\n`;
    const text = ["__proto__", "constructor", "toString"].map(call).join("");
    const { records } = await read({ "odd.jsonl": text }, { from: "braintrust" });
    expect(records.map(({ id }) => id)).toEqual(["__proto__", "constructor", "toString"]);
    expect(JSON.stringify(records[0].outcomes)).toBe('{"__proto__":{"quality":1,"answer":"a"}}');
  });
});
