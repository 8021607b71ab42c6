import { checkOther } from "../outcomes/check-other.ts";
import { writeWhole } from "../outcomes/write-whole.ts";
import type { ImportOptions } from "./import-options.ts";
import { type ImportReport, importRecords } from "./import-records.ts";

/**
 * Imports into a file of outcomes or a data set, completely or not at all; compressed if `out` ends in `.gz`.
 */
export async function importFile(out: string, options: ImportOptions): Promise<ImportReport> {
  const { inputs, feedback, outcomes } = options;
  const records = importRecords(options);
  checkOther(out, [...inputs, ...[feedback, outcomes].filter((input) => input !== undefined)]);
  await writeWhole(out, linesOf(records));
  return records.report;
}

async function* linesOf(records: AsyncIterable<unknown>): AsyncGenerator<string, void, void> {
  for await (const record of records) yield `${JSON.stringify(record)}\n`;
}
