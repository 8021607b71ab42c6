import { createReadStream } from "node:fs";
import { pipeline } from "node:stream/promises";
import { createGunzip } from "node:zlib";
import {
  checkKeys,
  checkNumber,
  InvalidOptionError,
  OutcomeFormatError,
} from "../../../src/contracts/index.ts";
import { readJsonLines } from "../../outcomes/read-json-lines.ts";
import type { HumanLabel } from "./human-label.ts";

export interface ReadHumanLabelsOptions {
  /** What labels are worth, in [0, 1]; case does not count. Default: good, pass, yes … 1, bad, fail, no … 0, ok 0.5. */
  readonly labels?: Readonly<Record<string, number>> | undefined;
  /** The ends of the scale of `quality`: `{ min: 1, max: 5 }` for five stars. Default 0 and 1. */
  readonly scale?: { readonly min: number; readonly max: number } | undefined;
}

const usualLabels: Readonly<Record<string, number>> = {
  ...Object.fromEntries(
    ["good", "pass", "yes", "true", "correct", "right", "accept"].map((label) => [label, 1]),
  ),
  ...Object.fromEntries(["ok", "okay", "partial", "tie"].map((label) => [label, 0.5])),
  ...Object.fromEntries(
    ["bad", "fail", "no", "false", "incorrect", "wrong", "reject"].map((label) => [label, 0]),
  ),
};

const longestRow = 1024 * 1024;

interface Row {
  readonly line: number;
  readonly value: Readonly<Record<string, unknown>>;
}

/**
 * Reads labels that people gave: JSON Lines, or CSV with a header where the name ends in `.csv`, either also
 * `.gz`. Fields: `id`, `model`, `quality` or `label`, `rater`, `at`; others are passed over. Where a rater has
 * labelled an answer twice, the later one by `at` counts. Throws `OutcomeFormatError` (file, line, field; none
 * of the text) at the first line that is wrong, and at a second label of a rater where `at` is not told.
 */
export async function readHumanLabels(
  path: string,
  options: ReadHumanLabelsOptions = {},
): Promise<readonly HumanLabel[]> {
  checkKeys("readHumanLabels", options, ["labels", "scale"]);
  const { labels: worth = usualLabels, scale = { min: 0, max: 1 } } = options;
  const values = new Map<string, number>();
  for (const [label, value] of Object.entries(worth)) {
    checkNumber(`readHumanLabels.labels.${label}`, value, { min: 0, max: 1 });
    values.set(label.trim().toLowerCase(), value);
  }
  checkNumber("readHumanLabels.scale.min", scale.min);
  checkNumber("readHumanLabels.scale.max", scale.max);
  if (scale.max <= scale.min)
    throw new InvalidOptionError("readHumanLabels.scale.max", scale.max, `above min (${scale.min})`);

  const labels = new Map<string, HumanLabel & { readonly line: number }>();
  let lines = 0;
  for await (const { line, value } of /\.csv(?:\.gz)?$/i.test(path) ? readCsv(path) : readRows(path)) {
    lines += 1;
    const refuse = (field: string, problem: string): never => {
      throw new OutcomeFormatError(path, line, field, problem);
    };
    const label = { ...labelOf(value, values, scale, refuse), line };
    const key = JSON.stringify([label.id, label.model, label.rater ?? line]);
    const earlier = labels.get(key);
    if (earlier !== undefined && (earlier.at === undefined || label.at === undefined))
      refuse(
        "rater",
        `has labelled this answer in line ${earlier.line} already: give both an "at", the later counts`,
      );
    if (earlier?.at === undefined || label.at === undefined || Date.parse(label.at) >= Date.parse(earlier.at))
      labels.set(key, label);
  }
  if (lines === 0) throw new OutcomeFormatError(path, 0, "file", "holds no labels");
  return Array.from(labels.values(), ({ line: _, ...label }) => label);
}

type Refuse = (field: string, problem: string) => never;

function labelOf(
  row: Readonly<Record<string, unknown>>,
  values: ReadonlyMap<string, number>,
  scale: { readonly min: number; readonly max: number },
  refuse: Refuse,
): HumanLabel {
  const text = (field: string): string | undefined => {
    const value = row[field];
    if (value === undefined || value === null || value === "") return undefined;
    return typeof value === "string" ? value : refuse(field, "must be a string");
  };
  const id = text("id") ?? refuse("id", "must be a non-empty string");
  const at = text("at");
  if (at !== undefined && Number.isNaN(Date.parse(at))) refuse("at", "must be a date in ISO 8601");
  return {
    id,
    quality: qualityOf(row, values, scale, refuse),
    ...optional("model", text("model")),
    ...optional("rater", text("rater")),
    ...optional("at", at),
  };
}

function qualityOf(
  { quality, label }: Readonly<Record<string, unknown>>,
  values: ReadonlyMap<string, number>,
  { min, max }: { readonly min: number; readonly max: number },
  refuse: Refuse,
): number {
  if (quality !== undefined && quality !== null && quality !== "") {
    // Blanks are no 0.
    const number = typeof quality === "string" ? Number(quality.trim() || Number.NaN) : quality;
    if (typeof number !== "number" || !(number >= min && number <= max))
      return refuse("quality", `must be a number in [${min}, ${max}] (option scale)`);
    return (number - min) / (max - min);
  }
  if (label === undefined || label === null || label === "")
    return refuse("quality", "or label must be given");
  const value = values.get(String(label).trim().toLowerCase());
  return value ?? refuse("label", `must be one of ${[...values.keys()].join(", ")} (option labels)`);
}

async function* readRows(path: string): AsyncGenerator<Row, void, void> {
  for await (const { line, value } of readJsonLines(path)) {
    if (typeof value !== "object" || value === null || Array.isArray(value))
      throw new OutcomeFormatError(path, line, "line", "must be a JSON object");
    yield { line, value: value as Record<string, unknown> };
  }
}

async function* readCsv(path: string): AsyncGenerator<Row, void, void> {
  const { parse } = await import("csv-parse");
  const parser = parse({
    columns: true,
    bom: true,
    info: true,
    trim: true,
    skip_empty_lines: true,
    max_record_size: longestRow,
  });
  const file = createReadStream(path);
  const read = path.toLowerCase().endsWith(".gz")
    ? pipeline(file, createGunzip(), parser)
    : pipeline(file, parser);
  // The iteration reports what went wrong.
  read.catch(() => {});
  try {
    for await (const { record, info } of parser as AsyncIterable<CsvRow>)
      yield { line: info.lines, value: record };
  } catch (error) {
    throw csvError(path, error);
  }
}

interface CsvRow {
  readonly record: Readonly<Record<string, string>>;
  readonly info: { readonly lines: number };
}

/** The parser's own messages quote the text. */
function csvError(path: string, error: unknown): unknown {
  const { code, lines } = error as { readonly code?: unknown; readonly lines?: unknown };
  if (typeof code !== "string") return error;
  if (code === "ENOENT") return new OutcomeFormatError(path, 0, "file", "does not exist");
  if (!code.startsWith("CSV_")) return new OutcomeFormatError(path, 0, "file", `cannot be read (${code})`);
  return new OutcomeFormatError(path, typeof lines === "number" ? lines : 0, "line", `is not CSV (${code})`);
}

function optional<Key extends string>(key: Key, value: string | undefined): { readonly [K in Key]?: string } {
  return (value === undefined ? {} : { [key]: value }) as { readonly [K in Key]?: string };
}
