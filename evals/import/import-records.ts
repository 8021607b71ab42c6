import { checkKeys, InvalidOptionError, OutcomeFormatError } from "../../src/contracts/index.ts";
import type { DatasetRecord } from "../outcomes/dataset-record.ts";
import type { OutcomeRecord } from "../outcomes/outcome-record.ts";
import { parseOutcomeRecord } from "../outcomes/parse-outcome-record.ts";
import { decisions } from "./decisions.ts";
import { type ImportFormat, type ImportSettings, type Place, refuseAt } from "./import-format.ts";
import { textOf } from "./json-values.ts";
import { type InputOptions, openInput } from "./open-input.ts";
import { openaiEvals } from "./openai-evals.ts";
import { promptfoo } from "./promptfoo.ts";
import { routellm } from "./routellm.ts";
import { routerbench } from "./routerbench.ts";

export type ImportFormatName = "promptfoo" | "openai-evals" | "routellm" | "routerbench" | "decisions";

const formats: Readonly<Record<ImportFormatName, ImportFormat>> = {
  promptfoo,
  "openai-evals": openaiEvals,
  routellm,
  routerbench,
  decisions,
};

export const importFormats: readonly ImportFormatName[] = Object.keys(formats) as ImportFormatName[];

export interface ImportOptions extends InputOptions {
  readonly from: ImportFormatName;
  /** Paths and https URLs. */
  readonly inputs: readonly string[];
  /** Names of models, from the source's to one's own: `{ "gpt-4-1106-preview": "openai:gpt-4-turbo" }`. */
  readonly rename?: Readonly<Record<string, string>> | undefined;
  /** Only these models, by the source's names. Default: all. */
  readonly models?: readonly string[] | undefined;
  /** Of promptfoo results: `score` (default), or `pass`, 1 or 0. */
  readonly quality?: "score" | "pass" | undefined;
  /** Of OpenAI evals logs: the number in `metrics` events that is the quality. Default `score`. */
  readonly metric?: string | undefined;
  /** Template of promptfoo tests that come without prompts. Default `{{prompt}}`. */
  readonly prompt?: string | undefined;
  /** Of `decisions`, required: path or https URL. */
  readonly feedback?: string | undefined;
  /** Of `decisions`: which feedback counts where there are several. Default `mean`. */
  readonly rule?: "mean" | "last" | undefined;
  /** Of `decisions`: only feedback with this `source`. */
  readonly source?: string | undefined;
}

/** Complete once all records were read. */
export interface ImportReport {
  /** What the source holds; absent while no record was read. */
  readonly kind?: "outcomes" | "dataset" | undefined;
  readonly records: number;
  /** On how many records each model has an outcome, by its own name. Empty for a data set. */
  readonly models: Readonly<Record<string, number>>;
  /** What was left out, by reason, and how often. */
  readonly leftOut: Readonly<Record<string, number>>;
}

export interface Import extends AsyncIterable<OutcomeRecord | DatasetRecord> {
  readonly report: ImportReport;
}

/**
 * Reads records of another format, as outcomes or as a data set, whichever the source holds. Nothing is
 * read before the records are, and the records can be read once. Throws `InvalidOptionError`; reading
 * throws `OutcomeFormatError`, which names file, line and field, also where a quality lies outside
 * [0, 1], an id comes twice, or nothing is left.
 */
export function importRecords(options: ImportOptions): Import {
  const settings = checkOptions(options);
  const report: Counts = { kind: undefined, records: 0, models: {}, leftOut: {} };
  const leaveOut = (reason: string, count = 1): void => {
    if (count > 0) report.leftOut[reason] = (report.leftOut[reason] ?? 0) + count;
  };
  return {
    report,
    [Symbol.asyncIterator]: () => checked(options, { ...settings, leaveOut }, report),
  };
}

interface Counts {
  kind: ImportReport["kind"];
  records: number;
  models: Record<string, number>;
  leftOut: Record<string, number>;
}

function checkOptions(options: ImportOptions): Omit<ImportSettings, "leaveOut"> {
  checkKeys("importRecords", options, [
    ...["from", "inputs", "rename", "models", "quality", "metric", "prompt", "feedback", "rule", "source"],
    ...["maxBytes", "timeoutMs", "loopbackHttp", "fetch"],
  ]);
  const { from, inputs, rename = {}, quality = "score", metric = "score", rule, feedback } = options;
  if (!Object.hasOwn(formats, from)) throw new InvalidOptionError("from", from, importFormats.join(", "));
  if (inputs.length === 0) throw new InvalidOptionError("inputs", inputs, "at least one path or https URL");
  if (from === "decisions" && inputs.length > 1)
    throw new InvalidOptionError("inputs", inputs, "one decision log: join rotated ones first (cat)");
  if (quality !== "score" && quality !== "pass")
    throw new InvalidOptionError("quality", quality, "score or pass");
  if (rule !== undefined && rule !== "mean" && rule !== "last")
    throw new InvalidOptionError("rule", rule, "mean or last");
  for (const [old, name] of Object.entries(rename)) {
    if (textOf(name) === undefined) throw new InvalidOptionError(`rename.${old}`, name, "a non-empty name");
  }
  const own: Readonly<Record<string, readonly ImportFormatName[]>> = {
    quality: ["promptfoo"],
    prompt: ["promptfoo"],
    metric: ["openai-evals"],
    feedback: ["decisions"],
    rule: ["decisions"],
    source: ["decisions"],
  };
  for (const [option, of] of Object.entries(own)) {
    const value = options[option as keyof ImportOptions];
    if (value !== undefined && !of.includes(from))
      throw new InvalidOptionError(option, value, `absent: it is for ${of.join(", ")}`);
  }
  if (from === "decisions" && feedback === undefined)
    throw new InvalidOptionError("feedback", feedback, "a file of feedback: a decision log holds no quality");
  return {
    models: options.models,
    quality,
    metric,
    prompt: options.prompt,
    feedback: feedback === undefined ? undefined : openInput(feedback, inputOptionsOf(options)),
    rule,
    source: options.source,
  };
}

function inputOptionsOf({ maxBytes, timeoutMs, loopbackHttp, fetch }: ImportOptions): InputOptions {
  return { maxBytes, timeoutMs, loopbackHttp, fetch };
}

async function* checked(
  options: ImportOptions,
  settings: ImportSettings,
  report: Counts,
): AsyncGenerator<OutcomeRecord | DatasetRecord, void, void> {
  const inputs = options.inputs.map((input) => openInput(input, inputOptionsOf(options)));
  const placeOfId = new Map<string, Place>();
  const countOf = new Map<string, number>();
  for await (const { place, record: read } of formats[options.from](inputs, settings)) {
    const kind = "outcomes" in read ? "outcomes" : "dataset";
    report.kind ??= kind;
    if (kind !== report.kind)
      refuseAt(
        place,
        "line",
        `is of ${nameOf(kind)}, those before it of ${nameOf(report.kind)}: import them apart`,
      );
    const earlier = placeOfId.get(read.id);
    if (earlier !== undefined) refuseAt(place, "id", `is the same as in ${show(earlier)}`);
    placeOfId.set(read.id, place);
    const record = "outcomes" in read ? renamed(read, settings.models, options.rename ?? {}, place) : read;
    if (record === undefined) {
      settings.leaveOut("without an outcome of the models");
      continue;
    }
    if ("outcomes" in record) parseOutcomeRecord(record, (field, problem) => refuseAt(place, field, problem));
    report.records += 1;
    if ("outcomes" in record)
      for (const model of Object.keys(record.outcomes)) countOf.set(model, (countOf.get(model) ?? 0) + 1);
    yield record as OutcomeRecord | DatasetRecord;
  }
  report.models = Object.fromEntries(countOf);
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

/** With the models that are wanted, by their own names. Absent: no outcome is left. */
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
    refuseAt(place, "outcomes", "would have two models of one name: rename them apart");
  return named.length === 0 ? undefined : { ...record, outcomes: Object.fromEntries(named) };
}
