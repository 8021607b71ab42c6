import { afterAll, describe, expect, it } from "vitest";
import { importFolder, linesFrom } from "../../../support/evals/import-folder.ts";
import { formatErrorOf } from "../../../support/evals/records.ts";

const folder = importFolder();
afterAll(() => folder.remove());
const { read } = folder;

const messages = [
  { role: "system", content: "One word." },
  { role: "user", content: "Once upon a" },
];

const spec = (model: string) => ({
  spec: { completion_fns: [model], eval_name: "sums.dev.v0", base_eval: "sums", split: "dev", run_id: "r1" },
});
const event = (sample: string, type: string, data: object) => ({
  run_id: "r1",
  event_id: 0,
  sample_id: sample,
  type,
  data,
  created_by: "",
  created_at: "2026-04-17 22:10:13.127375+00:00",
});
const usage = { prompt_tokens: 9, completion_tokens: 2, total_tokens: 11 };

describe("OpenAI's logs", () => {
  it("are outcomes of the run's model, whatever the order of their events", async () => {
    const { records } = await read(
      {
        "log.jsonl": linesFrom([
          spec("gpt-5-mini"),
          { final_report: { accuracy: 0.5 } },
          event("sums.1", "sampling", { prompt: messages, sampled: ["time"], usage }),
          event("sums.0", "sampling", { prompt: "2 + 2 =", sampled: "5" }),
          event("sums.0", "match", { correct: false, expected: "4", picked: null }),
          event("sums.1", "match", { correct: true, expected: "time", picked: "time" }),
        ]),
      },
      { from: "openai-evals", rename: { "gpt-5-mini": "openai:gpt-5-mini" } },
    );
    const shared = { category: "sums", at: "2026-04-17T22:10:13.127Z" };
    expect(records).toEqual([
      {
        ...shared,
        id: "sums.1",
        messages,
        outcomes: { "openai:gpt-5-mini": { quality: 1, answer: "time", inputTokens: 9, outputTokens: 2 } },
      },
      {
        ...shared,
        id: "sums.0",
        prompt: "2 + 2 =",
        outcomes: { "openai:gpt-5-mini": { quality: 0, answer: "5" } },
      },
    ]);
  });

  it("of several models become records with the outcomes of all", async () => {
    const log = (model: string, correct: boolean) =>
      linesFrom([
        spec(model),
        event("s", "sampling", { prompt: "x", sampled: ["y"] }),
        event("s", "match", { correct }),
      ]);
    const { records } = await read(
      { "a.jsonl": log("a", true), "b.jsonl": log("b", false) },
      { from: "openai-evals" },
    );
    expect(records).toHaveLength(1);
    expect(records[0].outcomes).toEqual({ a: { quality: 1, answer: "y" }, b: { quality: 0, answer: "y" } });

    const twice = await formatErrorOf(
      read({ "a.jsonl": log("a", true), "b.jsonl": log("a", false) }, { from: "openai-evals" }),
    );
    expect(twice.message).toMatch(/b\.jsonl:2: model "a" has an outcome in .*a\.jsonl:2 already/);
    const other = log("b", true).replace('"x"', '"secret"');
    const apart = await formatErrorOf(
      read({ "a.jsonl": log("a", true), "b.jsonl": other }, { from: "openai-evals" }),
    );
    expect(apart.message).toMatch(/b\.jsonl:2: prompt differs from that in .*a\.jsonl:2, under the same id/);
    expect(apart.message).not.toContain("secret");
  });

  it("of graders give the metric; the first sampling is the model's", async () => {
    const lines = linesFrom([
      { spec: { completion_fns: ["gpt-5", "grader"] } },
      event("s", "sampling", { prompt: "x", sampled: ["y"] }),
      event("s", "sampling", { prompt: "Is y good?", sampled: ["Yes"] }),
      event("s", "metrics", { choice: "B", score: 0.75, helpful: 1 }),
    ]);
    const { records } = await read({ "log.jsonl": lines }, { from: "openai-evals" });
    expect(records[0]).toMatchObject({ prompt: "x", outcomes: { "gpt-5": { quality: 0.75, answer: "y" } } });
    const helpful = await read({ "log.jsonl": lines }, { from: "openai-evals", metric: "helpful" });
    expect(helpful.records[0].outcomes["gpt-5"].quality).toBe(1);
  });

  it("with several matches for a sample have their mean", async () => {
    const { records } = await read(
      {
        "log.jsonl": linesFrom([
          { spec: { model_name: "older" } },
          event("s", "sampling", { prompt: "x", sampled: ["y"] }),
          ...[true, false, true, true].map((correct) => event("s", "match", { correct })),
        ]),
      },
      { from: "openai-evals" },
    );
    expect(records[0].outcomes.older).toEqual({ quality: 0.75, answer: "y", repeats: 4 });
  });

  it("leave out samples without prompt or score, and say how many", async () => {
    const { records, report } = await read(
      {
        "log.jsonl": linesFrom([
          spec("m"),
          event("a", "match", { correct: true }),
          event("b", "sampling", { prompt: "x", sampled: ["y"] }),
          event("c", "sampling", { prompt: "x", sampled: ["y"] }),
          event("c", "error", { type: "E", message: "no" }),
          event("d", "sampling", { prompt: "z", sampled: ["y"] }),
          event("d", "match", { correct: true }),
        ]),
      },
      { from: "openai-evals" },
    );
    expect(records.map(({ id }) => id)).toEqual(["d"]);
    expect(report.leftOut).toEqual({
      "samples without a sampling event, which holds the prompt": 1,
      "samples without a match event or the metric score": 2,
    });
  });

  it.each<[string, readonly object[], number, RegExp]>([
    ["no model", [{ spec: {} }], 1, /spec\.completion_fns must name the model/],
    ["two runs", [spec("a"), spec("b")], 2, /spec occurs twice: give each run its own file/],
    [
      "a metric outside [0, 1]",
      [spec("a"), event("s", "metrics", { score: 4 })],
      2,
      /data\.score must be .*got 4/,
    ],
    ["an event without a sample", [spec("a"), { type: "match", data: {} }], 2, /sample_id must be/],
    ["a line that is no event", [spec("a"), { other: 1 }], 2, /type must be a string/],
    ["a prompt that is none", [spec("a"), event("s", "sampling", { prompt: 3 })], 2, /data\.prompt must be/],
    [
      "an event before its spec",
      [event("s", "match", { correct: true })],
      1,
      /a log that begins with \{ spec \}/,
    ],
  ])("with %s are refused with the line", async (_, lines, line, message) => {
    const error = await formatErrorOf(read({ "log.jsonl": linesFrom(lines) }, { from: "openai-evals" }));
    expect(error.message).toMatch(message);
    expect(error.line).toBe(line);
  });
});
