import { createHash } from "node:crypto";
import { InvalidOptionError, OutcomeFormatError } from "../../../src/contracts/index.ts";
import type { ImportInput } from "../input/import-input.ts";
import type { DatasetRecord } from "../outcomes/dataset-record.ts";
import type { OutcomeRecord } from "../outcomes/outcome-record.ts";
import { parseOutcomeRecord } from "../outcomes/parse-outcome-record.ts";
import { audit } from "./audit.ts";
import { braintrust } from "./braintrust.ts";
import { decisions } from "./decisions.ts";
import {
  type ImportFormat,
  type ImportSettings,
  type LabelAgreement,
  type Place,
  refuseAt,
} from "./import-format.ts";
import { checkImportOptions, type ImportFormatName, type ImportOptions } from "./import-options.ts";
import { labels } from "./labels.ts";
import { langfuse } from "./langfuse.ts";
import { langsmith } from "./langsmith.ts";
import { lmEval } from "./lm-eval.ts";
import { openaiEvals } from "./openai-evals.ts";
import { opentelemetry } from "./opentelemetry.ts";
import { promptfoo } from "./promptfoo.ts";
import { table } from "./table.ts";

const formats: Readonly<Record<ImportFormatName, ImportFormat>> = {
  promptfoo,
  "openai-evals": openaiEvals,
  table,
  langfuse,
  langsmith,
  braintrust,
  opentelemetry,
  "lm-eval": lmEval,
  decisions,
  audit,
  labels,
};

/** Report of an import, complete after all records are read. */
export interface ImportReport {
  /** Kind of the source's records; absent until a record is read. */
  readonly kind?: "outcomes" | "dataset" | undefined;
  readonly records: number;
  /** Number of records with an outcome of each model, by its new name. Empty for a data set. */
  readonly models: Readonly<Record<string, number>>;
  /** Counts of what was left out, by reason. */
  readonly leftOut: Readonly<Record<string, number>>;
  /** Agreement of the people who labelled, for labels. */
  readonly agreement?: LabelAgreement | undefined;
}

export interface Import extends AsyncIterable<OutcomeRecord | DatasetRecord> {
  readonly report: ImportReport;
}

/**
 * Reads records of another format, as outcomes or as a data set, depending on the source. Nothing is read
 * before the records are, and the records can be read once. Throws `InvalidOptionError`; reading throws
 * `OutcomeFormatError`, which names file, line and field, also if a quality is outside [0, 1], two
 * records differ under one id, or no record is left.
 */
export function importRecords(options: ImportOptions): Import {
  const { inputs, settings } = checkImportOptions(options);
  const report: Counts = { kind: undefined, records: 0, models: {}, leftOut: {} };
  const leaveOut = (reason: string, count = 1): void => {
    if (count > 0) report.leftOut[reason] = (report.leftOut[reason] ?? 0) + count;
  };
  const tellAgreement = (agreement: LabelAgreement): void => {
    report.agreement = agreement;
  };
  return {
    report,
    [Symbol.asyncIterator]: () => checked(options, inputs, { ...settings, leaveOut, tellAgreement }, report),
  };
}

interface Counts {
  kind: ImportReport["kind"];
  records: number;
  models: Record<string, number>;
  leftOut: Record<string, number>;
  agreement?: LabelAgreement;
}

async function* checked(
  { from, rename = {} }: ImportOptions,
  inputs: readonly ImportInput[],
  settings: ImportSettings,
  report: Counts,
): AsyncGenerator<OutcomeRecord | DatasetRecord, void, void> {
  const byId = new Map<string, { readonly place: Place; readonly digest: string }>();
  const countOf = new Map<string, number>();
  const known = new Set<string>();
  for await (const { place, record: read } of formats[from](inputs, settings)) {
    const kind = "outcomes" in read ? "outcomes" : "dataset";
    report.kind ??= kind;
    if (kind !== report.kind)
      refuseAt(
        place,
        "line",
        `is of ${nameOf(kind)}, those before it of ${nameOf(report.kind)}: import them separately`,
      );
    const digest = createHash("sha256").update(JSON.stringify(read)).digest("base64").slice(0, 24);
    const earlier = byId.get(read.id);
    if (earlier?.digest === digest) {
      settings.leaveOut("repeated records");
      continue;
    }
    if (earlier !== undefined)
      refuseAt(place, "id", `is the same as in ${show(earlier.place)}, of another record`);
    byId.set(read.id, { place, digest });
    if ("outcomes" in read) for (const model of Object.keys(read.outcomes)) known.add(model);
    const record = "outcomes" in read ? renamed(read, settings.models, rename, place) : read;
    if (record === undefined) {
      settings.leaveOut("without an outcome of the models");
      continue;
    }
    // A data set is checked like the outcomes that it will have.
    const whole = { outcomes: {}, ...record };
    parseOutcomeRecord(whole, (field, problem) => refuseAt(place, field, problem));
    for (const model of Object.keys(whole.outcomes)) countOf.set(model, (countOf.get(model) ?? 0) + 1);
    report.records += 1;
    yield record;
  }
  report.models = Object.fromEntries(countOf);
  for (const model of [...Object.keys(rename), ...(settings.models ?? [])]) {
    // A misspelt name must not pass for a model without outcomes.
    if (!known.has(model))
      throw new InvalidOptionError("models", model, `a model of the source: ${[...known].join(", ")}`);
  }
  if (report.records === 0) {
    const why = Object.entries(report.leftOut).map(([reason, count]) => `${count} ${reason}`);
    const rest = why.length === 0 ? "" : ` (left out: ${why.join("; ")})`;
    throw new OutcomeFormatError(inputs[0]?.name ?? "", 0, "file", `holds no records${rest}`);
  }
}

function nameOf(kind: "outcomes" | "dataset"): string {
  return kind === "outcomes" ? "outcomes" : "a data set";
}

function show({ file, line, path }: Place): string {
  return line === 0 ? `${file} (${path?.replace(/\.$/, "") ?? ""})` : `${file}:${line}`;
}

/**
 * Returns the record with the models that are wanted, under their new names; undefined if no outcome is left.
 */
function renamed(
  record: OutcomeRecord,
  models: readonly string[] | undefined,
  rename: Readonly<Record<string, string>>,
  place: Place,
): OutcomeRecord | undefined {
  const kept = Object.entries(record.outcomes).filter(([model]) => models?.includes(model) ?? true);
  const named = kept.map(
    ([model, outcome]) => [Object.hasOwn(rename, model) ? rename[model] : model, outcome] as const,
  );
  const names = new Set(named.map(([name]) => name));
  if (names.size < named.length)
    refuseAt(place, "outcomes", "would have two models with one name: give them different names");
  return named.length === 0 ? undefined : { ...record, outcomes: Object.fromEntries(named) };
}
