import { expect, test } from "vitest";
import { decodeKeys, MAX_KEYS, restsOn } from "../../../../evals/data/split/record-keys.ts";
import { recordKeysSchema } from "../../../../evals/data/split/record-keys-schema.ts";
import { checkDisjoint, type OutcomeRecord, recordKeysOf } from "../../../../evals/index.ts";
import { recordOf } from "../../../support/evals/records.ts";

const some = (first: number, count: number): OutcomeRecord[] =>
  Array.from({ length: count }, (_, index) =>
    recordOf(`r${first + index}`, { a: { quality: 1 } }, { prompt: `prompt ${first + index}` }),
  );

test("keys are 5 bytes for each different prompt, rising", () => {
  const keys = recordKeysOf([...some(0, 100), recordOf("again", {}, { prompt: "Prompt 7!" })], "fit");
  expect(keys).toMatchObject({ purpose: "fit", records: 101, prompts: 100 });
  const hashes = Array.from(decodeKeys(keys.keys));
  expect(hashes).toHaveLength(100);
  expect(hashes).toEqual([...hashes].sort((a, b) => a - b));
  expect(Math.max(...hashes)).toBeLessThan(2 ** 40);
  expect(keys.keys).toHaveLength(Math.ceil(500 / 3) * 4);
});

test("the hash is that of the records in any order of them and of their fields, and of their outcomes", () => {
  const records = some(0, 20);
  const turned = records
    .map(({ id, prompt, outcomes }) => ({ outcomes, prompt, id }) as OutcomeRecord)
    .reverse();
  const { sha256 } = recordKeysOf(records, "tune");
  expect(recordKeysOf(turned, "tune").sha256).toBe(sha256);
  expect(recordKeysOf(some(0, 19), "tune").sha256).not.toBe(sha256);
  const graded = [...some(0, 19), recordOf("r19", { a: { quality: 0.9 } }, { prompt: "prompt 19" })];
  expect(recordKeysOf(graded, "tune").sha256).not.toBe(sha256);
});

test("a record that served one purpose is refused for another, naming both, the file, the record and how many", () => {
  const file = { path: "classifier.json", keys: recordKeysOf(some(0, 50), "fit") };
  expect(() => checkDisjoint(some(50, 50), "tune", file)).not.toThrow();
  expect(() => checkDisjoint(some(40, 20), "tune", file)).toThrow(
    "records must be other records to tune with than those used to fit classifier.json: 10 are in both, " +
      'record "r40" is the first (train with --part fit and tune with --part tune, or use different files)',
  );
  const split = { seed: 7, share: 0.5, part: "fit", groupBy: ["prompt"] } as const;
  const ofSplit = { path: "c.json", keys: recordKeysOf(some(0, 50), "fit", split) };
  expect(() => checkDisjoint(some(0, 1), "tune", ofSplit)).toThrow("take --part tune --split-seed 7");
  const onTune = { path: "c.json", keys: recordKeysOf(some(0, 50), "fit", { ...split, part: "tune" }) };
  expect(() => checkDisjoint(some(0, 1), "tune", onTune)).toThrow("take --part fit --split-seed 7");
  expect(() => checkDisjoint(some(0, 1), "check", ofSplit)).toThrow("take fresh outcomes");
});

test("the same question under another id or in other letters is the same record", () => {
  const file = { path: "f", keys: recordKeysOf(some(0, 5), "tune") };
  const again = recordOf("other", {}, { prompt: "  PROMPT, 3 " });
  expect(() => checkDisjoint([again], "check", file)).toThrow('record "other"');
});

test("records may serve the same purpose again", () => {
  const file = { path: "f", keys: recordKeysOf(some(0, 5), "fit") };
  expect(() => checkDisjoint(some(0, 5), "fit", file)).not.toThrow();
});

test("above the bound the smallest keys are kept, which show a part of what is shared", async () => {
  const records = some(0, MAX_KEYS + 5_000);
  const keys = recordKeysOf(records, "fit");
  expect(keys.prompts).toBe(MAX_KEYS + 5_000);
  expect(keys.keys.length).toBeLessThan(135_000);
  expect(records.filter(restsOn(keys))).toHaveLength(MAX_KEYS);
  expect(() => checkDisjoint(records, "tune", { path: "f", keys })).toThrow(
    `at least ${MAX_KEYS} are in both`,
  );
  expect((await recordKeysSchema()).safeParse(keys).success).toBe(true);
});

test("stored keys that are cut off, out of order or of another number are refused", async () => {
  const schema = await recordKeysSchema();
  const split = { seed: 1, share: 0.5, part: "fit", groupBy: ["prompt", "tenant"] } as const;
  const keys = recordKeysOf(some(0, 9), "fit", split);
  expect(schema.safeParse(JSON.parse(JSON.stringify(keys))).success).toBe(true);
  const turned = Buffer.from(keys.keys, "base64").reverse().toString("base64");
  expect(schema.safeParse({ ...keys, keys: turned }).success).toBe(false);
  expect(schema.safeParse({ ...keys, keys: keys.keys.slice(0, 40) }).success).toBe(false);
  expect(schema.safeParse({ ...keys, prompts: 8 }).success).toBe(false);
  expect(schema.safeParse({ ...keys, purpose: "look" }).success).toBe(false);
});
