import { InvalidOptionError } from "../../../src/contracts/index.ts";

/**
 * Formats the header of a CSV file. Throws `InvalidOptionError` if a model has the name of another column.
 */
export function csvHeader(columns: readonly string[]): string {
  const twice = columns.find((column, at) => columns.indexOf(column) !== at);
  if (twice !== undefined)
    throw new InvalidOptionError("models", twice, "without a name that is a column of the table already");
  return csvLine(columns);
}

/** Formats a row of a CSV file by RFC 4180, with its line end. */
export function csvLine(cells: readonly (string | number | undefined)[]): string {
  return `${cells.map((cell) => quoted(cell === undefined ? "" : String(cell))).join(",")}\n`;
}

function quoted(cell: string): string {
  return /[",\r\n]/.test(cell) || cell.trim() !== cell ? `"${cell.replaceAll('"', '""')}"` : cell;
}
