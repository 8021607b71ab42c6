import { OutcomeFormatError } from "../../../src/contracts/index.ts";
import type { ImportInput } from "../../data/input/import-input.ts";
import { checkHeader, readCsvRows } from "../../data/input/read-csv.ts";
import { readDocument } from "../../data/input/read-document.ts";
import { isObject } from "../../data/outcomes/is-object.ts";
import { attoOf } from "./atto-usd.ts";
import type { ExportFormat, Meaning } from "./export-format.ts";
import { exportFormats } from "./formats/index.ts";

/** Usage or cost that a provider billed for one bucket of a day. */
export interface BilledRow {
  readonly format: ExportFormat;
  /** Day of its start in UTC: `2026-11-26`. */
  readonly day: string;
  /** Absent: the export names none here. */
  readonly model?: string | undefined;
  /** Key, project, workspace and user that it names. */
  readonly owners: readonly string[];
  /** In parts of 10^-18 US dollars. Absent: the export has no cost. */
  readonly atto?: bigint | undefined;
  readonly inputTokens?: number | undefined;
  readonly outputTokens?: number | undefined;
  readonly requests?: number | undefined;
  /** The row as it stands, to tell one that comes twice. */
  readonly text: string;
}

/** Something in an export that plays no part in the comparison, with its place. */
export interface ExportRemark {
  readonly file: string;
  readonly line: number;
  readonly problem: string;
}

export interface ReadExportOptions {
  /** Format of files that are a table of the user's own. Default: it is recognised. */
  readonly format?: ExportFormat | undefined;
  readonly onRemark: (remark: ExportRemark) => void;
}

/** Cells of a row by their columns. */
type Cells = ReadonlyMap<string, string>;

/** A bucket that lasts longer cannot be put into a day. */
const longestBucketMs = 86_400_000;

/**
 * Streams the rows of a usage or cost export: CSV row by row, JSON by pages of at most 256 MiB. An empty bucket is a row
 * without amounts: its day is covered. Throws `OutcomeFormatError`, which names file, line and column.
 */
export async function* readExport(
  input: ImportInput,
  options: ReadExportOptions,
): AsyncGenerator<BilledRow, void, void> {
  const rows = input.extension === ".json" ? readPages(input, options) : readTable(input);
  let format: ExportFormat | undefined;
  const told = new Set<string>();
  for await (const { line, cells } of rows) {
    const isBare = [...cells].every(([column, cell]) => cell === "" || timeColumns.has(column));
    // A file without usage has no more than the times of its buckets: its format does not matter.
    format ??= options.format ?? formatOf(cells) ?? (isBare ? bare : undefined);
    if (format === bare && !isBare) format = formatOf(cells);
    if (format === undefined) throw unknownFormat(input.name, line, cells);
    for (const column of cells.keys())
      if (!Object.hasOwn(format.columns, column) && !told.has(column)) {
        told.add(column);
        // A table of the user's own names what it needs.
        if (options.format === undefined)
          options.onRemark({
            file: input.name,
            line,
            problem: `column ${JSON.stringify(column.slice(0, 80))} is not known, and was not read`,
          });
      }
    yield rowOf(format, cells, input.name, line);
  }
}

const timeColumns = new Set([
  "start_time",
  "end_time",
  "start_time_iso",
  "end_time_iso",
  "starting_at",
  "ending_at",
]);

const bare: ExportFormat = {
  name: "no usage",
  needed: [],
  columns: {
    start_time: "start",
    end_time: "end",
    start_time_iso: "ignored",
    end_time_iso: "ignored",
    starting_at: "start",
    ending_at: "end",
  },
};

function formatOf(cells: Cells): ExportFormat | undefined {
  return exportFormats.find(({ needed }) => needed.every((column) => cells.has(column)));
}

function unknownFormat(file: string, line: number, cells: Cells): OutcomeFormatError {
  const seen = [...cells.keys()].map((column) => column.slice(0, 40));
  return new OutcomeFormatError(
    file,
    line,
    "columns",
    `are of no export that is known (${exportFormats.map(({ name }) => name).join(", ")}): ${seen.slice(0, 20).join(", ")}; ` +
      "name them with --column, for instance --column start=Date --column model=Model --column usd=Cost",
  );
}

async function* readTable(input: ImportInput): AsyncGenerator<{ line: number; cells: Cells }, void, void> {
  let header: readonly string[] | undefined;
  for await (const { line, cells } of readCsvRows(input)) {
    if (header === undefined) {
      header = checkHeader(input.name, cells).map((column) => column.trim());
      continue;
    }
    yield { line, cells: new Map(header.map((column, at) => [column, cells[at]?.trim() ?? ""])) };
  }
}

/** Reads a page of an API, or a list of pages: each result with the times of its bucket. */
async function* readPages(
  input: ImportInput,
  { onRemark }: ReadExportOptions,
): AsyncGenerator<{ line: number; cells: Cells }, void, void> {
  const document = await readDocument(input);
  const refuse = (field: string, problem: string): never => {
    throw new OutcomeFormatError(input.name, 0, field, problem);
  };
  const pages = Array.isArray(document) ? document : [document];
  for (const [at, page] of pages.entries()) {
    const buckets: unknown = isObject(page) ? page["data"] : undefined;
    if (!Array.isArray(buckets)) return refuse(`[${at}].data`, "must be a list of buckets");
    if (at === pages.length - 1 && isObject(page) && page["has_more"] === true)
      onRemark({ file: input.name, line: 0, problem: "says that more pages follow: name their files, too" });
    for (const [place, bucket] of buckets.entries()) {
      const field = `data[${place}]`;
      if (!isObject(bucket)) return refuse(field, "must be a bucket");
      const { results, object: _, ...times } = bucket;
      if (!Array.isArray(results)) return refuse(`${field}.results`, "must be a list");
      const bucketCells = flat(times);
      if (results.length === 0) yield { line: 0, cells: new Map(bucketCells) };
      for (const result of results) yield { line: 0, cells: new Map([...bucketCells, ...flat(result)]) };
    }
  }
}

/** Returns the inner fields of an object as cells: of `amount: { value }` as the dashboard has it, `amount_value`. */
function flat(value: unknown, before = ""): [string, string][] {
  if (!isObject(value)) return [];
  return Object.entries(value).flatMap(([name, inner]): [string, string][] => {
    const column = before === "amount." ? `amount_${name}` : `${before}${name}`;
    if (isObject(inner)) return flat(inner, `${name}.`);
    if (inner === null || inner === undefined) return [[column, ""]];
    return [[column, typeof inner === "string" ? inner : JSON.stringify(inner)]];
  });
}

function rowOf(format: ExportFormat, cells: Cells, file: string, line: number): BilledRow {
  const refuse = (column: string, problem: string): never => {
    throw new OutcomeFormatError(file, line, `column ${JSON.stringify(column)}`, problem);
  };
  const found = (meaning: Meaning): readonly (readonly [column: string, cell: string])[] =>
    [...cells].filter(([column, cell]) => cell !== "" && format.columns[column] === meaning);
  const [start] = found("start");
  if (start === undefined) return refuse(columnsOf(format, "start"), "must hold the start of a bucket");
  const startMs =
    timeOf(start[1]) ?? refuse(start[0], "must be a date, a time in ISO 8601, or seconds since the epoch");
  const [end] = found("end");
  const endMs = end === undefined ? undefined : timeOf(end[1]);
  if (endMs !== undefined && endMs - startMs > longestBucketMs)
    refuse(end?.[0] ?? "", "must be at most a day after the start: export it by day");
  for (const [column, cell] of found("currency"))
    if (cell.toLowerCase() !== "usd") refuse(column, "must be USD: other currencies are not compared");
  const count = (meaning: Meaning): number | undefined => {
    const parts = found(meaning).map(([column, cell]) => countOf(cell) ?? refuse(column, "must be a count"));
    return parts.length === 0 ? undefined : parts.reduce((sum, one) => sum + one, 0);
  };
  const money = (meaning: Meaning, parts: bigint): bigint | undefined => {
    const sums = found(meaning).map(
      ([column, cell]) => attoOf(cell) ?? refuse(column, "must be a decimal number"),
    );
    return sums.length === 0 ? undefined : sums.reduce((sum, one) => sum + one, 0n) / parts;
  };
  const item = found("line-item")[0]?.[1].split(",", 1)[0];
  return {
    format,
    day: new Date(startMs).toISOString().slice(0, 10),
    model: found("model")[0]?.[1] ?? item,
    owners: found("owner").map(([, cell]) => cell),
    atto: money("usd", 1n) ?? money("cents", 100n),
    inputTokens: count("input"),
    outputTokens: count("output"),
    requests: count("requests"),
    text: JSON.stringify([...cells.values()]),
  };
}

function columnsOf(format: ExportFormat, meaning: Meaning): string {
  return Object.keys(format.columns).find((column) => format.columns[column] === meaning) ?? meaning;
}

/** Returns milliseconds since the epoch. A time without a zone is in UTC, as exports have it. */
function timeOf(text: string): number | undefined {
  const seconds = /^\d{9,11}(?:\.0+)?$/.test(text) ? Number(text) * 1_000 : undefined;
  if (seconds !== undefined) return seconds;
  const date = /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?))?(Z|[+-]\d{2}:?\d{2})?$/.exec(
    text,
  );
  if (date === null) return undefined;
  const ms = Date.parse(`${date[1]}T${date[2] ?? "00:00"}${date[3] ?? "Z"}`);
  return Number.isNaN(ms) ? undefined : ms;
}

/** The dashboard writes counts with a decimal: `59200.0`. */
function countOf(text: string): number | undefined {
  const value = /^\d{1,15}(?:\.0+)?$/.test(text) ? Number(text) : Number.NaN;
  return Number.isNaN(value) ? undefined : value;
}
