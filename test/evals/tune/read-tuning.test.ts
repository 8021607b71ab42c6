import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  readTuning,
  type TuningFile,
  tuneCategories,
  tuneThreshold,
  writeTuning,
} from "../../../evals/index.ts";
import { temporaryFolder } from "../../support/cli-config.ts";
import { stated } from "../../support/evals/records.ts";
import { tuneRecords } from "../../support/evals/tune-records.ts";

const folder = temporaryFolder();
afterAll(() => folder.remove());
const path = folder.file("tuning.json", "");

let file: TuningFile;
beforeAll(async () => {
  const records = tuneRecords(600, { of: (index) => ({ category: index % 5 === 0 ? "rare" : "common" }) });
  const options = {
    small: "small",
    large: "large",
    classifier: stated,
    target: { maxLoss: 0.1 },
    resamples: 20,
  };
  file = await tuneThreshold(records, options);
  await writeTuning(path, file);
});

const changed = (change: (file: Record<string, unknown>) => void): string => {
  const copy = JSON.parse(JSON.stringify(file)) as Record<string, unknown>;
  change(copy);
  return JSON.stringify(copy);
};

describe("a tuning file", () => {
  it("is read as it was written, and leaves no other file behind", async () => {
    expect(await readTuning(path)).toEqual(file);
    expect(readdirSync(dirname(path))).toEqual(["tuning.json"]);
    expect(JSON.parse(readFileSync(path, "utf8")).threshold).toBe(file.threshold);
  });

  it("is read with categories, proven or not", async () => {
    const records = tuneRecords(600, { of: (index) => ({ category: index % 20 === 0 ? "rare" : "common" }) });
    const options = {
      small: "small",
      large: "large",
      classifier: stated,
      target: { maxLoss: 0.1 },
      resamples: 20,
    };
    const byCategory = await tuneCategories(records, options);
    expect(byCategory.categories?.map(({ problem }) => problem === undefined)).toEqual([true, false]);
    await writeTuning(path, byCategory);
    expect(await readTuning(path)).toEqual(byCategory);
  });

  it.each<[string, () => string, string]>([
    ["is no JSON", () => "{", "file is not JSON: is it complete?"],
    ["is no object", () => "7", "file is not a JSON object"],
    ["is another file", () => "{}", "formatVersion is missing: is it a file by `switchpoint eval tune`?"],
    [
      "is of another format",
      () => changed((one) => Object.assign(one, { formatVersion: 2 })),
      "formatVersion is not 1, the one that this version of the package reads: make it again with `switchpoint eval tune`",
    ],
    [
      "has a threshold that is none",
      () => changed((one) => Object.assign(one, { threshold: 7 })),
      "threshold is not valid",
    ],
    [
      "lacks its threshold",
      () => changed((one) => Object.assign(one, { threshold: undefined })),
      "threshold is not valid: must be present, unless the kind is policies",
    ],
    [
      "states more than was proven",
      () => changed((one) => Object.assign(one["certificate"] as object, { pValue: 0.2 })),
      "certificate.pValue is not valid: must be at most 1 - confidence",
    ],
    [
      "was changed by hand",
      () => changed((one) => Object.assign(one, { threshold: 0.99 })),
      "version is not the hash of the rest: the file was changed after it was made",
    ],
  ])("that %s is refused", async (_, contents, message) => {
    writeFileSync(path, contents());
    await expect(readTuning(path)).rejects.toThrow(`${path}: ${message}`);
  });

  it("that is not there is named", async () => {
    await expect(readTuning(`${path}.none`)).rejects.toThrow("file does not exist");
    await expect(readTuning(dirname(path))).rejects.toThrow("file is a folder");
  });
});
