import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readOutcomes } from "../../../../evals/index.ts";
import { collect, formatErrorOf } from "../../../support/evals/records.ts";

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "outcomes-"));
});
afterAll(() => rm(folder, { recursive: true }));

async function fileOf(name: string, content: string | Buffer): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, content);
  return path;
}

const good = { id: "a", prompt: "hello", outcomes: { small: { quality: 0.5 } } };
const line = JSON.stringify(good);
const named = (id: string) => JSON.stringify({ ...good, id });

describe("readOutcomes", () => {
  it("reads a plain file, passing over a byte-order mark, empty lines and Windows line ends", async () => {
    const path = await fileOf("plain.jsonl", `\uFEFF${line}\r\n\r\n  \n${named("b")}`);
    expect((await collect(readOutcomes(path))).map(({ id }) => id)).toEqual(["a", "b"]);
  });

  it("reads a packed file", async () => {
    const path = await fileOf("packed.jsonl.gz", gzipSync(`${line}\n${named("b")}\n`));
    expect(await collect(readOutcomes(path))).toEqual([good, { ...good, id: "b" }]);
  });

  it("reads lines that are longer than a chunk of the file, and letters that lie across two", async () => {
    const records = ["é", "語", "🙂"].map((letter, index) => ({
      ...good,
      id: String(index),
      prompt: letter.repeat(70_001),
    }));
    const path = await fileOf("long.jsonl", records.map((one) => JSON.stringify(one)).join("\n"));
    expect(await collect(readOutcomes(path))).toEqual(records);
  });

  it("keeps fields that it does not know, and all that it knows", async () => {
    const full = {
      id: "x",
      messages: [{ role: "user", content: "hi" }],
      system: "be kind",
      question: "hi",
      tools: [{ name: "f" }],
      category: "c",
      session: "s",
      tenant: "t",
      group: "g",
      at: "2026-11-24T10:00:00Z",
      metadata: { a: 1 },
      mine: { deep: [1, 2] },
      outcomes: {
        m: {
          quality: 1,
          answer: "yes",
          checks: { json: true, judge: 0.25 },
          logprobConfidence: -100,
          costUsd: 0,
          inputTokens: 3,
          outputTokens: 4,
          cachedTokens: 0,
          latencyMs: 1.5,
          error: "",
          repeats: 3,
          mine: "kept",
        },
      },
    };
    const path = await fileOf("full.jsonl", JSON.stringify(full));
    expect(await collect(readOutcomes(path))).toEqual([full]);
  });

  it("streams: records before a bad line are read", async () => {
    const path = await fileOf("late.jsonl", `${line}\n{}\n`);
    const seen: string[] = [];
    const error = await formatErrorOf(
      (async () => {
        for await (const { id } of readOutcomes(path)) seen.push(id);
      })(),
    );
    expect(seen).toEqual(["a"]);
    expect(error.line).toBe(2);
  });

  it("can be left early", async () => {
    const path = await fileOf("early.jsonl.gz", gzipSync(`${line}\nbad\n`));
    for await (const { id } of readOutcomes(path)) {
      expect(id).toBe("a");
      break;
    }
  });

  const secret = "my private prompt";
  const withOutcome = (outcome: unknown) => ({ id: "a", prompt: secret, outcomes: { small: outcome } });
  it.each<[string, unknown, string, string]>([
    ["a line that is no object", [1], "line", "must be a JSON object, got an array"],
    ["a missing id", { ...good, id: undefined }, "id", "must be a non-empty string, got nothing"],
    ["an id that is a number", { ...good, id: 7 }, "id", "must be a non-empty string, got 7"],
    ["a record without a prompt", { ...good, prompt: undefined }, "prompt", "or messages must be given"],
    ["a prompt and messages at once", { ...good, messages: [{}] }, "prompt", "and not both"],
    ["a prompt that is no string", { ...good, prompt: 4 }, "prompt", "must be a string, got 4"],
    ["empty messages", { ...good, prompt: undefined, messages: [] }, "messages", "got an empty array"],
    ["a category that is null", { ...good, category: null }, "category", "must be a string, got null"],
    ["a date that is none", { ...good, at: "yesterday" }, "at", "must be a date in ISO 8601, got a string"],
    ["labels only", { id: "a", prompt: secret, label: "x" }, "outcomes", "must be an object"],
    [
      "an outcome that is a number",
      withOutcome(1),
      'outcomes["small"]',
      "must be an object { quality }, got 1",
    ],
    ["a quality that is null", withOutcome({ quality: null }), 'outcomes["small"].quality', "got null"],
    [
      "a missing quality",
      withOutcome({}),
      'outcomes["small"].quality',
      "must be a number in [0, 1], got nothing",
    ],
    ["a quality above 1", withOutcome({ quality: 1.2 }), 'outcomes["small"].quality', "got 1.2"],
    ["a quality below 0", withOutcome({ quality: -0.1 }), 'outcomes["small"].quality', "got -0.1"],
    ["a quality that is text", withOutcome({ quality: secret }), 'outcomes["small"].quality', "got a string"],
    ["a negative cost", withOutcome({ quality: 1, costUsd: -1 }), 'outcomes["small"].costUsd', "got -1"],
    [
      "half a token",
      withOutcome({ quality: 1, inputTokens: 0.5 }),
      'outcomes["small"].inputTokens',
      "must be a whole number of at least 0, got 0.5",
    ],
    [
      "a check of 2",
      withOutcome({ quality: 1, checks: { json: 2 } }),
      'outcomes["small"].checks["json"]',
      "must be true, false or a number in [0, 1], got 2",
    ],
    [
      "checks in a list",
      withOutcome({ quality: 1, checks: [] }),
      'outcomes["small"].checks',
      "must be an object",
    ],
  ])("refuses %s, naming file, line and field", async (_, record, field, problem) => {
    const path = await fileOf("bad.jsonl", `${named("first")}\n${JSON.stringify(record)}\n`);
    const error = await formatErrorOf(collect(readOutcomes(path)));
    expect(error).toMatchObject({ file: path, line: 2, field });
    expect(error.message).toContain(problem);
    expect(error.message).not.toContain(secret);
  });

  it("refuses a line that is not JSON without quoting it", async () => {
    const path = await fileOf("broken.jsonl", `${line}\n{"id": "b", "prompt": "my private prompt`);
    const error = await formatErrorOf(collect(readOutcomes(path)));
    expect(error).toMatchObject({ line: 2, field: "line" });
    expect(error.message).toContain("is not JSON");
    expect(error.message).not.toContain("private");
  });

  it("refuses an id that came before, naming both lines", async () => {
    const path = await fileOf("twice.jsonl", `${line}\n${named("b")}\n${line}\n`);
    const error = await formatErrorOf(collect(readOutcomes(path)));
    expect(error).toMatchObject({ line: 3, field: "id" });
    expect(error.message).toContain("is the same as in line 1");
  });

  it("refuses bytes that are not UTF-8", async () => {
    const bytes = Buffer.concat([Buffer.from(`${line}\n{"id":"`), Buffer.from([0xff]), Buffer.from('"}\n')]);
    const error = await formatErrorOf(collect(readOutcomes(await fileOf("latin.jsonl", bytes))));
    expect(error).toMatchObject({ line: 2, field: "line" });
    expect(error.message).toContain("is not UTF-8");
  });

  it("refuses a line that is longer than the limit", async () => {
    const path = await fileOf(
      "wide.jsonl",
      `${line}\n${JSON.stringify({ ...good, prompt: "x".repeat(500) })}\n`,
    );
    const error = await formatErrorOf(collect(readOutcomes(path, { maxLineBytes: 200 })));
    expect(error).toMatchObject({ line: 2, field: "line" });
    expect(error.message).toContain("is longer than 200 bytes (option maxLineBytes)");
  });

  it("refuses nesting that would break whoever walks it, and takes brackets in texts and side by side", async () => {
    const nested = (depth: number): string => `{"more":${"[".repeat(depth - 1)}${"]".repeat(depth - 1)},`;
    const rest = JSON.stringify({ ...good, prompt: "[{".repeat(2_000), list: Array(2_000).fill([]) }).slice(
      1,
    );
    const path = await fileOf("deep.jsonl", `${nested(1_000)}${rest}\n`);
    expect(await collect(readOutcomes(path))).toHaveLength(1);
    const deeper = await fileOf("deeper.jsonl", `${line}\n${nested(100_000)}${rest}\n`);
    const error = await formatErrorOf(collect(readOutcomes(deeper)));
    expect(error).toMatchObject({ line: 2, field: "line" });
    expect(error.message).toContain("is nested deeper than 1000");
  });

  it("refuses a packed line that would unpack without end", async () => {
    const path = await fileOf("bomb.jsonl.gz", gzipSync(Buffer.alloc(64 * 1024 * 1024, 0x20)));
    const error = await formatErrorOf(collect(readOutcomes(path)));
    expect(error.message).toContain("is longer than 16777216 bytes");
  });

  it.each<[string, string, string | Buffer, string]>([
    ["an empty file", "empty.jsonl", "", "holds no records"],
    ["a file of empty lines", "blank.jsonl", "\n\n", "holds no records"],
    ["a file that is not packed", "not.jsonl.gz", `${line}\n`, "is not gzip"],
    [
      "a packed file that was cut off",
      "cut.jsonl.gz",
      gzipSync(`${line}\n`).subarray(0, 30),
      "ends too early",
    ],
  ])("refuses %s", async (_, name, content, problem) => {
    const path = await fileOf(name, content);
    const error = await formatErrorOf(collect(readOutcomes(path)));
    expect(error).toMatchObject({ file: path, line: 0, field: "file" });
    expect(error.message).toContain(problem);
  });

  it("refuses a file that does not exist, packed or not, and a folder", async () => {
    for (const name of ["nowhere.jsonl", "nowhere.jsonl.gz"]) {
      const error = await formatErrorOf(collect(readOutcomes(join(folder, name))));
      expect(error.message).toContain("file does not exist");
    }
    const error = await formatErrorOf(collect(readOutcomes(folder)));
    expect(error.message).toContain("cannot be read (EISDIR)");
  });
});
