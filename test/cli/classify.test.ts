import { writeFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { afterAll, describe, expect, it } from "vitest";
import { trainClassifier } from "../../evals/index.ts";
import { temporaryFolder } from "../support/cli-config.ts";
import { linesOf, runCli } from "../support/run-cli.ts";
import { topicRecords } from "../support/topic-records.ts";

const folder = temporaryFolder();
afterAll(() => folder.remove());

const easy = { id: "easy", prompt: "What is the capital of France?" };
const hard = {
  id: 7,
  messages: [
    {
      role: "user",
      content: "Prove that the square root of 2 is irrational, then generalise the proof to every prime.",
    },
  ],
};
const jsonLines = (...values: unknown[]) => values.map((value) => `${JSON.stringify(value)}\n`).join("");

describe("classify", () => {
  it("gives a complexity for each request, in the same order, with unchanged ids", async () => {
    const { exitCode, out, err } = await runCli(["classify"], { stdin: jsonLines(easy, hard) });
    expect({ exitCode, err }).toEqual({ exitCode: 0, err: "" });
    const [first, second] = linesOf(out);
    expect([first.id, second.id]).toEqual(["easy", 7]);
    expect(first.complexity).toBeGreaterThanOrEqual(0);
    expect(second.complexity).toBeLessThanOrEqual(1);
    expect(second.complexity).toBeGreaterThan(first.complexity);
  });

  it("reads outcome files and ignores other fields", async () => {
    const line = {
      ...easy,
      question: "capital?",
      labels: ["geo"],
      model: 4,
      constraints: "none",
      session: "",
      outcomes: { "a:b": { quality: 1 } },
    };
    const { exitCode, out } = await runCli(["classify"], { stdin: jsonLines(line) });
    expect(exitCode).toBe(0);
    expect(linesOf(out)).toEqual(linesOf((await runCli(["classify"], { stdin: jsonLines(easy) })).out));
  });

  it("gives a trained table the category of a line, and the default its JSON schema", async () => {
    const { file } = await trainClassifier(topicRecords(100, { categories: true }), {
      ...{ small: "small", large: "large", candidate: "table", resamples: 20 },
    });
    const classifier = folder.file("table.json", JSON.stringify(file));
    const lines = ["proofs", "travel", ""].map((category) => ({ prompt: "Tell me more.", category }));
    const { exitCode, out } = await runCli(["classify", "--classifier", classifier], {
      stdin: jsonLines(...lines),
    });
    expect(exitCode).toBe(0);
    const [proofs, travel, none] = linesOf(out);
    expect(proofs.complexity).toBeGreaterThan(none.complexity);
    expect(travel.complexity).toBeLessThan(none.complexity);
    const asked = [{ ...hard, response_format: { type: "json_schema" } }, hard];
    const [schema, plain] = linesOf((await runCli(["classify"], { stdin: jsonLines(...asked) })).out);
    expect(schema.complexity).toBeGreaterThan(plain.complexity);
  });

  it("lists the components of a score if asked, and that words are unknown", async () => {
    const lines = jsonLines(hard, { id: "unknown", prompt: "ⴰⵣⵓⵍ ⴼⵍⵍⴰⵡⵏ ⵎⴰⵎⴽ" });
    const [known, unknown] = linesOf((await runCli(["classify", "--signals"], { stdin: lines })).out);
    expect(known.signals.known).toBeGreaterThan(0.3);
    expect(unknown.signals.known).toBe(0);
    const [plain] = linesOf((await runCli(["classify"], { stdin: lines })).out);
    expect(plain.signals).toBeUndefined();
    expect(plain.complexity).toBe(known.complexity);
  });

  it("uses the line number if there is no id, and skips empty lines", async () => {
    const { out } = await runCli(["classify"], {
      stdin: '\n{"prompt":"a"}\n\n{"prompt":"b","system":"Be brief."}',
    });
    expect(linesOf(out).map(({ id }) => id)).toEqual(["2", "4"]);
  });

  it("classifies by length if asked", async () => {
    const { out } = await runCli(["classify", "--classifier", "length"], { stdin: jsonLines(hard, easy) });
    const [long, short] = linesOf(out);
    expect(long.complexity).toBeGreaterThan(short.complexity);
  });

  it("reads a file, compressed or not, like stdin, wherever the chunks are split", async () => {
    const text = jsonLines(easy, hard, { id: "日本", prompt: "明日は雨が降りそうです。" });
    const plain = folder.file("requests.jsonl", text);
    const packed = folder.file("requests.jsonl.gz", "");
    writeFileSync(packed, gzipSync(text));
    const bytes = Buffer.from(text);
    const pieces = Array.from(bytes, (_, at) => bytes.subarray(at, at + 1));
    const results = await Promise.all([
      runCli(["classify"], { stdin: pieces }),
      runCli(["classify", plain]),
      runCli(["classify", packed]),
      runCli(["classify", "-"], { stdin: text }),
    ]);
    expect(linesOf(results[0]?.out ?? "")).toHaveLength(3);
    expect(new Set(results.map(({ out }) => out)).size).toBe(1);
  });

  it("writes the results before a bad line, and no more", async () => {
    const { exitCode, out, err } = await runCli(["classify"], { stdin: `${jsonLines(easy)}{"id":` });
    expect(exitCode).toBe(2);
    expect(linesOf(out)).toHaveLength(1);
    expect(err).toBe("switchpoint: stdin:2: line is not JSON: write one object a line\n");
  });

  it.each<[string, string, string]>([
    ["a line that is not an object", "[1]", 'line must be a JSON object such as {"prompt": "Hello"}'],
    ["neither prompt nor messages", '{"id":"a"}', "prompt or messages must be given, and not both"],
    ["both", '{"prompt":"a","messages":[]}', "prompt or messages must be given, and not both"],
    ["a prompt that is not a string", '{"prompt":["secret"]}', "prompt must be a string"],
    ["an empty prompt", '{"prompt":"  "}', "prompt is empty: give some text"],
    [
      "messages that are not an array",
      '{"messages":"secret"}',
      "messages must be an array of { role, content }",
    ],
    ["no message", '{"messages":[]}', "messages is empty: give at least one message"],
    [
      "an unknown role",
      '{"messages":[{"role":"secret","content":"a"}]}',
      "messages[0].role must be one of system,",
    ],
    ["a system prompt that is not a string", '{"prompt":"a","system":1}', "system must be a string"],
    ["tools that are not an array", '{"prompt":"a","tools":{}}', "tools must be an array"],
    ["an invalid id", '{"id":{},"prompt":"a"}', "id must be a non-empty string or a number"],
  ])("refuses a line with %s, naming file, line and field and none of the text", async (_, line, problem) => {
    const file = folder.file("bad.jsonl", `{"prompt":"fine"}\n${line}\n`);
    const { exitCode, err } = await runCli(["classify", file]);
    expect(exitCode).toBe(2);
    expect(err).toContain(`switchpoint: ${file}:2: ${problem}`);
    expect(err).not.toContain("secret");
  });

  it("refuses a file that does not exist", async () => {
    const { exitCode, err } = await runCli(["classify", "nowhere.jsonl"]);
    expect({ exitCode, err }).toEqual({
      exitCode: 2,
      err: "switchpoint: nowhere.jsonl: file does not exist\n",
    });
  });

  it("says what it waits for if stdin is a terminal", async () => {
    const { err } = await runCli(["classify"], { stdin: jsonLines(easy), stdinIsTerminal: true });
    expect(err).toContain("reading stdin: one request per line");
  });
});
