import type { ImportInput } from "../input/import-input.ts";
import { defined, fieldOf, promptOrMessages } from "../input/json-values.ts";
import { readCsv } from "../input/read-csv.ts";
import { isObject } from "../outcomes/is-object.ts";
import type { Outcome, OutcomeRecord } from "../outcomes/outcome-record.ts";
import { readJsonLines } from "../outcomes/read-json-lines.ts";
import { type Imported, type ImportSettings, type Place, refuseAt } from "./import-format.ts";
import { mergeOutcomes } from "./merge-outcomes.ts";

/** Value of a column; undefined if the row has none. */
type Cell = (column: string) => unknown;

const texts = ["system", "question", "category", "session", "tenant", "group", "at"] as const;
const numbers = ["costUsd", "inputTokens", "outputTokens", "cachedTokens", "latencyMs"] as const;

/**
 * Reads any CSV or JSON Lines by a mapping of our fields to its columns, of JSON lines also to paths
 * (`input.text`). Long: a row for each answer, with columns for `model` and `quality`; rows of one `id` (of one
 * prompt without it) are one record. Wide: a row for each request, with `quality:<model>`, `answer:<model>`
 * and so on. Without a quality the rows are a data set.
 */
export async function* table(
  inputs: readonly ImportInput[],
  { columns = {}, leaveOut }: ImportSettings,
): AsyncGenerator<Imported, void, void> {
  const wide = [...new Set(Object.keys(columns).flatMap((field) => /^quality:(.+)$/.exec(field)?.[1] ?? []))];
  const long: Imported[] = [];
  for (const input of inputs) {
    for await (const { line, cell } of rowsOf(input, columns)) {
      const place = { file: input.name, line };
      const row = { place, cell, columns };
      const id = textOf(row, "id");
      const ask = askOf(row);
      const record = defined({
        id: id ?? `${input.stem}:${line}`,
        ...ask,
        ...Object.fromEntries(texts.map((field) => [field, textOf(row, field)])),
        expected: columns["expected"] === undefined ? undefined : cell(columns["expected"]),
      });
      if (wide.length > 0) {
        const found = wide.flatMap((model) => outcomeOf(row, model, `:${model}`));
        yield { place, record: { ...record, outcomes: Object.fromEntries(found) } as OutcomeRecord };
      } else if (columns["quality"] !== undefined) {
        const model = textOf(row, "model") ?? refuseAt(place, columns["model"] ?? "model", "must be a name");
        const outcomes = Object.fromEntries(outcomeOf(row, model, ""));
        long.push({
          place,
          record: { ...record, id: id ?? JSON.stringify(ask), outcomes } as OutcomeRecord,
        });
      } else yield { place, record };
    }
  }
  yield* numbered(mergeOutcomes(long, { leaveOut }), columns["id"] === undefined);
}

/** Gives records that were joined by their prompts short ids. */
function* numbered(merged: readonly Imported[], isByPrompt: boolean): Generator<Imported, void, void> {
  for (const [index, one] of merged.entries())
    yield isByPrompt ? { ...one, record: { ...one.record, id: String(index + 1) } } : one;
}

interface Row {
  readonly place: Place;
  readonly cell: Cell;
  readonly columns: Readonly<Record<string, string>>;
}

function askOf(row: Row): ReturnType<typeof promptOrMessages> {
  const { place, cell, columns } = row;
  const column = columns["prompt"] as string;
  const value = cell(column);
  if (Array.isArray(value)) return promptOrMessages(JSON.stringify(value));
  if (typeof value !== "string" || value === "")
    return refuseAt(place, columnName(column), "must be a non-empty text, or messages");
  return promptOrMessages(value);
}

function textOf({ cell, columns }: Row, field: string): string | undefined {
  const column = columns[field];
  if (column === undefined) return undefined;
  const value = cell(column);
  if (value === undefined || value === null || value === "") return undefined;
  return typeof value === "string" ? value : JSON.stringify(value);
}

function outcomeOf(row: Row, model: string, suffix: string): [string, Outcome][] {
  const { place, cell, columns } = row;
  const column = columns[`quality${suffix}`] as string;
  const given = cell(column);
  const quality = qualityOf(given === undefined || given === null ? "" : String(given), column, place);
  if (quality === undefined) return [];
  const amounts = numbers.map((field) => [field, amountOf(row, `${field}${suffix}`)] as const);
  const answer = textOf(row, `answer${suffix}`);
  return [[model, defined<Outcome>({ quality, answer, ...Object.fromEntries(amounts) })]];
}

/** Parses right or wrong, or a grade. Undefined for an empty cell: the model was not run. */
function qualityOf(cell: string, column: string, place: Place): number | undefined {
  const text = cell.trim().toLowerCase();
  if (text === "" || text === "nan") return undefined;
  if (text === "true") return 1;
  if (text === "false") return 0;
  const quality = Number(text);
  if (quality >= 0 && quality <= 1) return quality;
  const shown = Number.isNaN(quality) ? "text" : String(quality);
  return refuseAt(place, columnName(column), `must be True, False or a number in [0, 1], got ${shown}`);
}

function amountOf({ place, cell, columns }: Row, field: string): number | undefined {
  const column = columns[field];
  if (column === undefined) return undefined;
  const value = cell(column);
  if (value === undefined || value === null || value === "") return undefined;
  const amount = typeof value === "string" ? Number(value.trim() || Number.NaN) : value;
  if (typeof amount === "number" && amount >= 0 && Number.isFinite(amount)) return amount;
  return refuseAt(place, columnName(column), "must be a number of at least 0");
}

function columnName(column: string): string {
  return `column ${JSON.stringify(column.slice(0, 80))}`;
}

async function* rowsOf(
  input: ImportInput,
  columns: Readonly<Record<string, string>>,
): AsyncGenerator<{ readonly line: number; readonly cell: Cell }, void, void> {
  const { isCsv, source } = await formOf(input);
  if (!isCsv) {
    for await (const { line, value } of readJsonLines(source)) {
      if (!isObject(value)) refuseAt({ file: input.name, line }, "line", "must be a JSON object");
      yield { line, cell: (column) => atPath(value, column) };
    }
    return;
  }
  let isFirst = true;
  for await (const { line, cells } of readCsv(source)) {
    for (const column of isFirst ? Object.values(columns) : [])
      if (!cells.has(column))
        refuseAt({ file: input.name, line: 1 }, columnName(column), "is not in the header");
    isFirst = false;
    yield { line, cell: (column) => cells.get(column) };
  }
}

/** Tells CSV from JSON lines: by the extension, else by the first character, of which a JSON line has a brace. */
async function formOf(
  input: ImportInput,
): Promise<{ readonly isCsv: boolean; readonly source: ImportInput }> {
  const { extension } = input;
  if (extension === ".csv" || extension === ".tsv") return { isCsv: true, source: input };
  if (/^\.(?:jsonl?|ndjson)$/.test(extension)) return { isCsv: false, source: input };
  const chunks = input.chunks[Symbol.asyncIterator]();
  const first = await chunks.next();
  const start = first.done ? "" : Buffer.from(first.value).toString("latin1");
  const all = async function* (): AsyncGenerator<Uint8Array, void, void> {
    if (!first.done) yield first.value;
    yield* { [Symbol.asyncIterator]: () => chunks };
  };
  return { isCsv: !/^(?:\xef\xbb\xbf)?\s*(?:\{|$)/.test(start), source: { ...input, chunks: all() } };
}

/** Returns the field of that name, else what its path leads to. */
export function atPath(value: unknown, path: string): unknown {
  const own = fieldOf(value, path);
  if (own !== undefined || !path.includes(".")) return own;
  return path.split(".").reduce((at: unknown, field) => {
    if (Array.isArray(at) && /^\d+$/.test(field)) return at[Number(field)];
    return fieldOf(at, field);
  }, value);
}
