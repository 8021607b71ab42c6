import { InvalidOptionError, OutcomeFormatError } from "../../../src/contracts/index.ts";
import { type FilledOptions, type OptionTable, readOptions } from "../../../src/plugin/index.ts";
import type { ImportInput } from "../input/import-input.ts";
import { openInput } from "../input/open-input.ts";
import { readCsv } from "../input/read-csv.ts";
import { isObject } from "../outcomes/is-object.ts";
import { readJsonLines } from "../outcomes/read-json-lines.ts";
import type { HumanLabel } from "./human-label.ts";

export interface ReadHumanLabelsOptions {
  /**
   * Quality of each label word, in [0, 1]; case does not matter. Default: good, pass, yes … 1, bad, fail, no
   * … 0, ok 0.5.
   */
  readonly labels?: Readonly<Record<string, number>> | undefined;
  /** Ends of the scale of `quality`: `{ min: 1, max: 5 }` for five stars. Default 0 and 1. */
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

export const readHumanLabelsOptions: OptionTable<ReadHumanLabelsOptions> = {
  labels: { is: "record", of: { is: "share" }, default: usualLabels },
  scale: {
    is: "table",
    of: { min: { is: "number" }, max: { is: "number" } },
    default: { min: 0, max: 1 },
  },
};

interface Row {
  readonly line: number;
  readonly value: Readonly<Record<string, unknown>>;
}

/**
 * Reads labels by people: JSON Lines, or CSV with a header if the name ends in `.csv`; a path or an https
 * URL, with gzip or without. Fields: `id`, `model`, `quality` or `label`, `rater`, `at`; others are ignored.
 * If a rater has labelled an answer twice, the later label by `at` counts. Throws `OutcomeFormatError` (file,
 * line, field; none of the text), also for a second label of a rater, another one, without `at`.
 */
export async function readHumanLabels(
  location: string,
  options: ReadHumanLabelsOptions = {},
): Promise<readonly HumanLabel[]> {
  return readLabelInputs([openInput(location)], labelOptions(options));
}

/** Fills in defaults. Throws `InvalidOptionError`. */
export function labelOptions(options: ReadHumanLabelsOptions): FilledOptions<ReadHumanLabelsOptions> {
  const filled = readOptions("readHumanLabels", readHumanLabelsOptions, options);
  const { min, max } = filled.scale;
  if (max <= min) throw new InvalidOptionError("readHumanLabels.scale.max", max, `above min (${min})`);
  return filled;
}

/** Reads the labels of several files together. */
export async function readLabelInputs(
  inputs: readonly ImportInput[],
  { labels: worth, scale }: FilledOptions<ReadHumanLabelsOptions>,
): Promise<readonly HumanLabel[]> {
  const values = new Map(
    Object.entries(worth).map(([label, value]) => [label.trim().toLowerCase(), value] as const),
  );
  const labels = new Map<string, HumanLabel & { readonly place: string }>();
  for (const input of inputs) {
    let rows = 0;
    for await (const { line, value } of input.extension === ".csv" ? csvRows(input) : jsonRows(input)) {
      rows += 1;
      const refuse = (field: string, problem: string): never => {
        throw new OutcomeFormatError(input.name, line, field, problem);
      };
      const label = { ...labelOf(value, values, scale, refuse), place: `${input.name}:${line}` };
      const key = JSON.stringify([label.id, label.model, label.rater ?? label.place]);
      const earlier = labels.get(key);
      const isDated = earlier?.at !== undefined && label.at !== undefined;
      if (earlier !== undefined && !isDated && earlier.quality !== label.quality)
        refuse(
          "rater",
          `has labelled this answer in ${earlier.place} already: give both an "at", the later counts`,
        );
      if (
        earlier?.at === undefined ||
        label.at === undefined ||
        Date.parse(label.at) >= Date.parse(earlier.at)
      )
        labels.set(key, label);
    }
    if (rows === 0) throw new OutcomeFormatError(input.name, 0, "file", "holds no labels");
  }
  return Array.from(labels.values(), ({ place: _, ...label }) => label);
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
    // Blanks are not 0.
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

async function* jsonRows(input: ImportInput): AsyncGenerator<Row, void, void> {
  for await (const { line, value } of readJsonLines(input)) {
    if (!isObject(value)) throw new OutcomeFormatError(input.name, line, "line", "must be a JSON object");
    yield { line, value };
  }
}

/** Trims cells, since people type blanks. */
async function* csvRows(input: ImportInput): AsyncGenerator<Row, void, void> {
  for await (const { line, cells } of readCsv(input)) {
    const value = Object.fromEntries(
      Array.from(cells, ([column, cell]) => [column.trim(), cell.trim()] as const),
    );
    if (!Object.hasOwn(value, "id"))
      throw new OutcomeFormatError(
        input.name,
        1,
        "id",
        "is not a column of the header: is it separated by commas?",
      );
    yield { line, value };
  }
}

function optional<Key extends string>(key: Key, value: string | undefined): { readonly [K in Key]?: string } {
  return (value === undefined ? {} : { [key]: value }) as { readonly [K in Key]?: string };
}
