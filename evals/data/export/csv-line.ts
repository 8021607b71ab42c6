import { InvalidOptionError } from "../../../src/contracts/index.ts";

/** The header of a CSV file. Throws `InvalidOptionError` where a model's name would be another column's. */
export function csvHeader(columns: readonly string[]): string {
  const twice = columns.find((column, at) => columns.indexOf(column) !== at);
  if (twice !== undefined)
    throw new InvalidOptionError("models", twice, "without a name that is a column of the table already");
  return csvLine(columns);
}

/** One row of a CSV file by RFC 4180, with its line end. */
export function csvLine(cells: readonly (string | number | undefined)[]): string {
  return `${cells.map((cell) => quoted(cell === undefined ? "" : String(cell))).join(",")}\n`;
}

function quoted(cell: string): string {
  return /[",\r\n]/.test(cell) || cell.trim() !== cell ? `"${cell.replaceAll('"', '""')}"` : cell;
}
