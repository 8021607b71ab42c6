import type { DatasetRecord } from "../outcomes/dataset-record.ts";
import { type Outcome, type OutcomeRecord, outcomeOf } from "../outcomes/outcome-record.ts";
import { type Asked, askedOf, withTools } from "./asked-of.ts";
import { csvHeader, csvLine } from "./csv-line.ts";
import type { Exported, ExportSettings, ExportSource } from "./export-format.ts";

/**
 * Writes a table with a row a record: the columns of `columns`, by our fields, in its order, which an import from a
 * `table` reads with the same mapping. CSV, or JSON lines, which hold messages, too.
 */
export async function* table(
  { records }: ExportSource,
  { extension, columns = {}, leaveOut }: ExportSettings,
): AsyncGenerator<string, void, void> {
  const fields = Object.keys(columns);
  const names = Object.values(columns);
  const isCsv = extension === ".csv";
  if (isCsv) yield csvHeader(names);
  for await (const record of records()) {
    const asked = askedOf(record);
    if (asked === undefined) leaveOut(withTools);
    else if (isCsv && typeof asked !== "string")
      leaveOut("records with messages or a system prompt, which CSV does not hold");
    else {
      const cells = fields.map((field) => fieldOf(record, asked, field));
      yield isCsv
        ? csvLine(cells.map(inCell))
        : `${JSON.stringify(Object.fromEntries(names.map((name, at) => [name, cells[at]])))}\n`;
    }
  }
}

function fieldOf(record: Exported, asked: Asked, field: string): unknown {
  if (field === "prompt") return asked;
  const colon = field.indexOf(":");
  if (colon < 0) return (record as Partial<DatasetRecord & Record<string, unknown>>)[field];
  const outcome =
    "outcomes" in record ? outcomeOf(record as OutcomeRecord, field.slice(colon + 1)) : undefined;
  return outcome?.[field.slice(0, colon) as keyof Outcome];
}

function inCell(value: unknown): string | number | undefined {
  if (value === undefined || typeof value === "string" || typeof value === "number") return value;
  return JSON.stringify(value);
}
