import { mkdir } from "node:fs/promises";
import { basename, dirname, extname, join } from "node:path";
import {
  InvalidOptionError,
  type ModelFacts,
  OutcomeFormatError,
  type Router,
} from "../../../src/contracts/index.ts";
import { type OptionTable, readOptions } from "../../../src/plugin/index.ts";
import { textOf } from "../input/json-values.ts";
import { checkTableColumns, type TableColumns } from "../input/table-columns.ts";
import { checkOther } from "../outcomes/check-other.ts";
import { isObject } from "../outcomes/is-object.ts";
import { parseOutcomeRecord } from "../outcomes/parse-outcome-record.ts";
import { readJsonLines } from "../outcomes/read-json-lines.ts";
import { writeWhole } from "../outcomes/write-whole.ts";
import type { Exported, ExportFormat, ExportSource } from "./export-format.ts";
import { openaiEvals } from "./openai-evals.ts";
import { promptfoo } from "./promptfoo.ts";
import { benchmarkName, routerarena, routerarenaConfig } from "./routerarena.ts";
import { table } from "./table.ts";

export type ExportFormatName = "promptfoo" | "openai-evals" | "table" | "routerarena";

const formats: Readonly<Record<ExportFormatName, ExportFormat>> = {
  promptfoo,
  "openai-evals": openaiEvals,
  table,
  routerarena,
};

export const exportFormats: readonly ExportFormatName[] = Object.keys(formats) as ExportFormatName[];

export interface ExportOptions {
  readonly to: ExportFormatName;
  /** Outcomes or a data set: `.jsonl`, `.jsonl.gz`. Read twice. */
  readonly input: string;
  /** Path of the result; compressed if it ends in `.gz`. */
  readonly out: string;
  /** Models to export. Default: all. */
  readonly models?: readonly string[] | undefined;
  /** Router whose choices are the predictions, for `routerarena`. */
  readonly router?: Router | undefined;
  /** Columns by our fields, required for `table`: `{ prompt: "question", "quality:gpt-5": "gpt5_ok" }`. */
  readonly columns?: TableColumns | undefined;
  /** Names of models in the benchmark by their names here, for `routerarena`. */
  readonly rename?: Readonly<Record<string, string>> | undefined;
}

export const exportRecordsOptions: OptionTable<ExportOptions, "models" | "router" | "columns" | "rename"> = {
  to: { is: "choice", of: exportFormats, expected: `one of ${exportFormats.join(", ")}` },
  input: { is: "text" },
  out: { is: "text" },
  models: {
    is: "list",
    of: { is: "text" },
    min: 1,
    optional: true,
    expected: "absent, or at least one name",
  },
  router: { is: "object", methods: ["decide"], optional: true },
  columns: { is: "any", optional: true, expected: "columns by the fields of a record" },
  rename: { is: "record", of: { is: "text" }, optional: true },
};

export interface ExportReport {
  readonly kind: "outcomes" | "dataset";
  /** Number of records written. */
  readonly records: number;
  readonly models: readonly string[];
  /** Counts of what the format cannot hold, by reason. */
  readonly leftOut: Readonly<Record<string, number>>;
}

/**
 * Writes outcomes or a data set in another format, completely or not at all. Throws `InvalidOptionError`, and
 * `OutcomeFormatError` if the input is invalid or the format cannot hold it.
 */
export async function exportRecords(options: ExportOptions): Promise<ExportReport> {
  const all = readOptions("exportRecords", exportRecordsOptions, options, "");
  const { to, input, out, models, columns, router, rename } = all;
  checkOther(out, [input]);
  for (const option of ["router", "rename"] as const)
    if (all[option] !== undefined && to !== "routerarena")
      throw new InvalidOptionError(option, all[option], "absent: it is for routerarena");
  const extension = extname(out.replace(/\.gz$/i, "")).toLowerCase();
  if (to === "table") {
    checkTableColumns(columns);
    if (extension !== ".csv" && extension !== ".jsonl")
      throw new InvalidOptionError("out", out, "a name that ends in .csv or .jsonl for a table");
  } else if (columns !== undefined)
    throw new InvalidOptionError("columns", columns, "absent: it is for table");
  if (to === "routerarena" && extname(out) !== ".json")
    throw new InvalidOptionError("out", out, "router_inference/predictions/<name>.json for routerarena");
  const found = await survey(input);
  const missing = models?.find((model) => !found.models.includes(model));
  if (missing !== undefined)
    throw new InvalidOptionError("models", missing, `a model of the outcomes: ${found.models.join(", ")}`);
  const source: ExportSource = {
    name: input,
    ...found,
    models: models ?? found.models,
    records: () => read(input),
  };
  for (const field of Object.keys(columns ?? {})) {
    const colon = field.indexOf(":");
    if (/^(?:model|quality|answer|costUsd|\w+Tokens|latencyMs)$/.test(field))
      throw new InvalidOptionError("columns", field, "quality:<model> and its like: a row is a record");
    if (colon > 0 && !source.models.includes(field.slice(colon + 1)))
      throw new InvalidOptionError(
        "columns",
        field,
        `of a model of the outcomes: ${source.models.join(", ")}`,
      );
  }
  if (source.kind === "dataset" && to === "openai-evals")
    throw new InvalidOptionError("to", to, "promptfoo or table for a data set: a log holds outcomes");
  const leftOut: Record<string, number> = {};
  const leaveOut = (reason: string, count = 1): void => {
    leftOut[reason] = (leftOut[reason] ?? 0) + count;
  };
  let records = 0;
  const parts = async function* (): AsyncGenerator<string, void, void> {
    yield* formats[to](source, { extension, columns, leaveOut, router, rename });
    const lost = Object.entries(leftOut);
    records = lost.reduce((left, [, count]) => left - count, found.records);
    if (records > 0) return;
    const why = lost.map(([reason, count]) => `${count} ${reason}`).join("; ");
    throw new OutcomeFormatError(input, 0, "file", `holds nothing that fits ${to} (left out: ${why})`);
  };
  if (to === "routerarena") await mkdir(dirname(out), { recursive: true });
  await writeWhole(out, parts());
  if (to === "routerarena") await writeConfig(out, source.models, options);
  return { kind: found.kind, records, models: source.models, leftOut };
}

/** Writes `config/<name>.json` next to the folder of the predictions. */
async function writeConfig(
  out: string,
  found: readonly string[],
  { router, rename = {} }: ExportOptions,
): Promise<void> {
  const models = router === undefined ? found : Object.values<ModelFacts>(router.models).map(benchmarkName);
  const named = models.map((name) => (Object.hasOwn(rename, name) ? (rename[name] as string) : name));
  const folder = join(dirname(dirname(out)), "config");
  await mkdir(folder, { recursive: true });
  const name = basename(out, ".json");
  const text = async function* (): AsyncGenerator<string, void, void> {
    yield routerarenaConfig(name, [...new Set(named)]);
  };
  await writeWhole(join(folder, `${name}.json`), text());
}

/** Reads what the file contains: the first pass, since a header comes before the rows. */
async function survey(input: string): Promise<Omit<ExportReport, "leftOut">> {
  const models = new Set<string>();
  let kind: ExportReport["kind"] | undefined;
  let records = 0;
  for await (const record of read(input)) {
    kind ??= "outcomes" in record ? "outcomes" : "dataset";
    records += 1;
    if ("outcomes" in record) for (const model of Object.keys(record.outcomes)) models.add(model);
  }
  if (kind === undefined) throw new OutcomeFormatError(input, 0, "file", "holds no records");
  return { kind, records, models: [...models] };
}

async function* read(input: string): AsyncGenerator<Exported, void, void> {
  let outcomes: boolean | undefined;
  for await (const { line, value } of readJsonLines(input)) {
    const refuse = (field: string, problem: string): never => {
      throw new OutcomeFormatError(input, line, field, problem);
    };
    if (!isObject(value)) return refuse("line", "must be a JSON object");
    outcomes ??= value["outcomes"] !== undefined;
    if (outcomes !== (value["outcomes"] !== undefined))
      refuse(
        "outcomes",
        outcomes ? "are missing, unlike in the lines before" : "are present, unlike in the lines before",
      );
    // A data set is checked like the outcomes that it will have.
    const record = parseOutcomeRecord(outcomes ? value : { ...value, outcomes: {} }, refuse);
    if (textOf(record.id) === undefined) refuse("id", "must be a non-empty string");
    yield outcomes ? record : (value as unknown as Exported);
  }
}
