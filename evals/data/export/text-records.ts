import type { OutcomeRecord } from "../outcomes/outcome-record.ts";
import { askedOf } from "./asked-of.ts";
import type { Exported, ExportSettings } from "./export-format.ts";

/**
 * Selects outcomes for formats that hold no messages, with the text of the request; others are counted as
 * left out.
 */
export async function* textRecords(
  records: AsyncIterable<Exported>,
  leaveOut: ExportSettings["leaveOut"],
): AsyncGenerator<{ readonly record: OutcomeRecord; readonly prompt: string }, void, void> {
  for await (const record of records) {
    const prompt = askedOf(record);
    if (typeof prompt === "string") yield { record: record as OutcomeRecord, prompt };
    else leaveOut("records with messages, system prompt or tools, which the format does not hold");
  }
}
