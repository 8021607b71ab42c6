import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readClassifier, trainClassifier, writeClassifier } from "../../../evals/index.ts";
import { type TrainedClassifier, trained } from "../../../src/router/classifiers/index.ts";
import { versionOf } from "../../../src/router/classifiers/trained/trained-file.ts";
import { formatErrorOf } from "../../support/evals/records.ts";
import { topicRecords } from "../../support/topic-records.ts";

let folder = "";
let file: TrainedClassifier;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "read-classifier-"));
  const records = topicRecords(60, { categories: true });
  const options = { small: "small", large: "large", candidate: "mean+table", resamples: 20 };
  file = (await trainClassifier(records, options)).file;
});
afterAll(() => rm(folder, { recursive: true }));

async function written(name: string, text: string): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, text);
  return path;
}

/** The file with some fields changed, and the hash that then fits. */
const changed = (fields: object): string => {
  const whole = { ...file, ...fields };
  return JSON.stringify({ ...whole, version: versionOf(whole) });
};

describe("readClassifier", () => {
  it("returns what writeClassifier wrote, and leaves no unfinished file behind", async () => {
    const path = join(folder, "own.json");
    await writeClassifier(path, file);
    await writeClassifier(path, file);
    const read = await readClassifier(path);
    expect(read).toEqual(file);
    expect(trained(read).version).toBe(file.version);
    expect((await readdir(folder)).filter((name) => name.endsWith(".tmp"))).toEqual([]);
  });

  it("refuses a file that is cut off, at any place", async () => {
    const text = JSON.stringify(file);
    for (const share of [0, 0.1, 0.5, 0.999]) {
      const path = await written("cut.json", text.slice(0, Math.floor(share * text.length)));
      expect((await formatErrorOf(readClassifier(path))).message).toMatch(/is not JSON: is it complete\?/);
    }
  });

  it.each<[string, () => string, string, RegExp]>([
    [
      "another version",
      () => changed({ formatVersion: 1 }),
      "formatVersion",
      /is not 3, the one that this version .* `switchpoint eval train`/,
    ],
    ["no classifier file", () => `{"threshold": 0.7}`, "formatVersion", /is missing: is it a file by/],
    ["no object", () => "[1]", "formatVersion", /is missing/],
    ["null", () => "null", "file", /is not a JSON object/],
    ["a changed field", () => JSON.stringify({ ...file, seed: 7 }), "version", /is not the hash of the rest/],
    ["a missing field", () => changed({ quantiles: undefined }), "quantiles", /is not valid/],
    [
      "falling quantiles",
      () => changed({ quantiles: [...file.quantiles].reverse() }),
      "quantiles",
      /ascending/,
    ],
    [
      "a part that is none",
      () => changed({ score: [{ ...file.score[0], part: "magic" }] }),
      "score.0.part",
      /is not/,
    ],
    [
      "models without small",
      () => changed({ models: ["large", "other"] }),
      "models",
      /must hold small and large/,
    ],
    ["curves that are missing", () => changed({ curves: [] }), "curves", /one for each model/],
    [
      "a score without its heads",
      () => changed({ score: [{ ...file.score[0], part: "ridge" }] }),
      "ridge",
      /must be present/,
    ],
    [
      "a score without its landmarks",
      () => changed({ landmarks: undefined }),
      "landmarks",
      /must be present/,
    ],
    [
      "a score without the latent space",
      () => changed({ latent: undefined }),
      "landmarks",
      /must be present/,
    ],
    [
      "keys of other records than it counts",
      () => changed({ keys: { ...file.keys, prompts: 3 } }),
      "keys.keys",
      /must be the rising hashes of all prompts/,
    ],
    [
      "a column that is no base64",
      () => changed({ examples: { ...file.examples, buckets: "%" } }),
      "examples.buckets",
      /is not/,
    ],
  ])("refuses %s, and names it", async (_, text, field, message) => {
    const error = await formatErrorOf(readClassifier(await written("wrong.json", text())));
    expect(error.field).toBe(field);
    expect(error.message).toMatch(message);
  });

  it("refuses a file that does not exist, a folder, and one that is too large", async () => {
    expect((await formatErrorOf(readClassifier(join(folder, "none.json")))).message).toMatch(
      /does not exist/,
    );
    expect((await formatErrorOf(readClassifier(folder))).message).toMatch(/is a folder/);
    const large = await written("large.json", " ".repeat(1_000_001));
    expect((await formatErrorOf(readClassifier(large))).message).toMatch(/more than the 1000000 allowed/);
  });

  it.each([
    [
      "many categories",
      1_500,
      (index: number) => `${index % 2}-aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee-${index}`,
    ],
    // Those of 50 have no room any more.
    ["long categories", 400, (index: number) => `${"x".repeat(1_000)}${index}`],
  ])("has room for the most frequent of %s", async (_, count, rare) => {
    const records = topicRecords(count).map((record, index) => {
      const proofs = (record.outcomes["small"]?.quality ?? 0) < 0.6;
      const common = proofs ? "proofs" : "travel";
      return { ...record, category: index < 300 ? common : rare(index) };
    });
    const options = { small: "small", large: "large", candidate: "table", resamples: 5 };
    const { file: own } = await trainClassifier(records, options);
    const names = own.table?.gains.map(([name]) => name) ?? [];
    expect(names).toContain("proofs");
    expect(names.length).toBeLessThanOrEqual(1_000);
    expect(names.join("").length).toBeLessThanOrEqual(30_000);
    expect(own.examples.categories.length).toBeLessThanOrEqual(1_000);
  });

  it("stays within 1 MB with long prompts and many models", async () => {
    const names = Array.from({ length: 40 }, (_, index) => `model-${index}`);
    const records = topicRecords(60).map((record, index) => ({
      ...record,
      prompt: `${record.prompt} ${Array.from({ length: 400 }, (_, word) => `w${(index * 7 + word * 13) % 997}x`).join(" ")}`,
      outcomes: Object.fromEntries(
        names.map((name, model) => [
          name,
          { quality: ((index * (model + 3)) % 7) / 7 + (model === 1 ? 1 / 7 : 0) },
        ]),
      ),
    }));
    const many = await trainClassifier(records, {
      small: "model-0",
      large: "model-1",
      models: names,
      resamples: 20,
    });
    const path = join(folder, "many.json");
    await writeClassifier(path, many.file);
    expect((await readFile(path)).length).toBeLessThan(1_000_000);
    expect((await readClassifier(path)).curves).toHaveLength(40);
  });
});
