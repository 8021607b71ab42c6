import { pipeline, Readable } from "node:stream";
import type { CsvError } from "csv-parse";
import { OutcomeFormatError } from "../../../src/contracts/index.ts";
import type { ImportInput } from "./import-input.ts";
import { readText } from "./read-text.ts";

export interface CsvRow {
  /** Line at which the row begins, counted from 1; empty lines before it may make it imprecise. */
  readonly line: number;
  /** Cells in the order of the header. */
  readonly cells: ReadonlyMap<string, string>;
}

const maxRowCharacters = 16 * 1024 * 1024;

const problems: Readonly<Partial<Record<CsvError["code"], string>>> = {
  CSV_QUOTE_NOT_CLOSED: "has a quote that is not closed",
  CSV_INVALID_CLOSING_QUOTE: "has text after a closing quote",
  INVALID_OPENING_QUOTE: "has a quote in the middle of a cell that is not quoted",
  CSV_RECORD_INCONSISTENT_FIELDS_LENGTH: "has another number of cells than the header",
  CSV_MAX_RECORD_SIZE: `is longer than ${maxRowCharacters} characters`,
};

/** Row of a CSV file as it stands; the first one is the header. */
export interface RawCsvRow {
  readonly line: number;
  readonly cells: readonly string[];
}

/**
 * Streams the rows of a CSV file with a header, RFC 4180, one row at a time in memory. Throws
 * `OutcomeFormatError`, which names file and line and holds none of the text.
 */
export async function* readCsv(input: ImportInput): AsyncGenerator<CsvRow, void, void> {
  let header: readonly string[] | undefined;
  for await (const { line, cells } of readCsvRows(input)) {
    if (header === undefined) header = checkHeader(input.name, cells);
    else yield { line, cells: namedCells(header, cells) };
  }
}

/** Returns the cells of a row by their columns. */
export function namedCells(header: readonly string[], cells: readonly string[]): ReadonlyMap<string, string> {
  return new Map(header.map((column, at) => [column, cells[at] ?? ""]));
}

/** Streams the rows like `readCsv`, with the header, in which names may repeat. */
export async function* readCsvRows(input: ImportInput): AsyncGenerator<RawCsvRow, void, void> {
  const { parse } = await import("csv-parse");
  const lineOf = new WeakMap<readonly string[], number>();
  let next = 1;
  const parser = parse({
    skip_empty_lines: true,
    max_record_size: maxRowCharacters,
    // Rows that wait to be read are lost when the parser fails: only here its line is known.
    on_record: (row, { lines }) => {
      lineOf.set(row, next);
      next = lines + 1;
      return row;
    },
  });
  let failure: unknown;
  const text = Readable.from(readText(input));
  pipeline(text, parser, (error) => {
    failure = error;
  });
  let isEmpty = true;
  try {
    for await (const row of parser as AsyncIterable<readonly string[]>) {
      isEmpty = false;
      yield { line: lineOf.get(row) ?? 0, cells: row };
    }
  } catch (error) {
    const { code } = error as CsvError;
    if (!/^(?:CSV|INVALID)_/.test(code ?? "")) throw failure ?? error;
    // The parser's own message quotes the text.
    throw new OutcomeFormatError(input.name, next, "row", problems[code] ?? `is not CSV (${code})`);
  } finally {
    text.destroy();
  }
  if (isEmpty) throw new OutcomeFormatError(input.name, 0, "file", "is empty: a header is missing");
}

/** Refuses a header in which a name occurs twice. */
export function checkHeader(file: string, columns: readonly string[]): readonly string[] {
  const seen = new Set<string>();
  for (const column of columns) {
    if (seen.has(column) && column !== "")
      throw new OutcomeFormatError(file, 1, `column ${JSON.stringify(column.slice(0, 80))}`, "occurs twice");
    seen.add(column);
  }
  return columns;
}
