import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, test } from "vitest";
import { joinDecisions, joinOptions } from "../../../evals/data/decisions/join-feedback.ts";
import { exportRecords, exportRecordsOptions } from "../../../evals/data/export/export-records.ts";
import { checkImportOptions, importRecordsOptions } from "../../../evals/data/import/import-options.ts";
import { inputOptions, openInput } from "../../../evals/data/input/open-input.ts";
import { joinHumanLabels, joinHumanLabelsOptions } from "../../../evals/data/labels/join-human-labels.ts";
import { labelOptions, readHumanLabelsOptions } from "../../../evals/data/labels/read-human-labels.ts";
import { splitOptions, splitOutcomes } from "../../../evals/data/split/split-outcomes.ts";
import { optionConformance } from "../../../src/testing/index.ts";
import { tuneRecords } from "../../support/evals/tune-records.ts";

const folder = mkdtempSync(join(tmpdir(), "switchpoint-"));
afterAll(() => rmSync(folder, { recursive: true }));
const input = join(folder, "outcomes.jsonl");
writeFileSync(input, JSON.stringify({ id: "1", prompt: "a", outcomes: { small: { quality: 1 } } }));

const suites = {
  exportRecords: optionConformance({
    owner: "exportRecords",
    path: "",
    table: exportRecordsOptions,
    valid: { to: "promptfoo", input, out: join(folder, "out.json") },
    use: exportRecords,
  }),
  importRecords: optionConformance({
    owner: "importRecords",
    path: "",
    table: importRecordsOptions,
    valid: { from: "labels", inputs: ["labels.csv"], outcomes: "outcomes.jsonl" },
    use: checkImportOptions,
  }),
  joinDecisions: optionConformance({
    owner: "joinDecisions",
    path: "",
    table: joinOptions,
    valid: { log: "log.jsonl", feedback: "feedback.jsonl" },
    use: joinDecisions,
  }),
  joinHumanLabels: optionConformance({
    owner: "joinHumanLabels",
    table: joinHumanLabelsOptions,
    valid: {},
    use: (options) => joinHumanLabels([], [], options),
  }),
  openInput: optionConformance({
    owner: "openInput",
    path: "",
    table: inputOptions,
    valid: {},
    use: (options) => openInput("a.csv", options),
  }),
  readHumanLabels: optionConformance({
    owner: "readHumanLabels",
    table: readHumanLabelsOptions,
    valid: {},
    use: labelOptions,
  }),
  splitOutcomes: optionConformance({
    owner: "splitOutcomes",
    table: splitOptions,
    valid: {},
    use: (options) => splitOutcomes(tuneRecords(20), options),
  }),
};

describe.each(Object.entries(suites))("options of %s", (_, cases) => {
  test.each(cases)("$name", ({ run }) => run());
});
