import { OutcomeFormatError } from "../../../src/contracts/index.ts";
import type { OutcomeRecord } from "./outcome-record.ts";
import { parseOutcomeRecord } from "./parse-outcome-record.ts";
import { type JsonLinesOptions, readJsonLines } from "./read-json-lines.ts";

/**
 * Streams an outcome file: JSON Lines, UTF-8, decompressed if its name ends in `.gz`. Unknown fields are
 * kept. Throws `OutcomeFormatError` (file, line, field; none of the text) if the file is missing, damaged or
 * without records, and at the first line that is not an outcome record or repeats an `id`.
 */
export async function* readOutcomes(
  path: string,
  options: JsonLinesOptions = {},
): AsyncGenerator<OutcomeRecord, void, void> {
  const lineOfId = new Map<string, number>();
  for await (const { line, value } of readJsonLines(path, options)) {
    const record = parseOutcomeRecord(value, (field, problem) => {
      throw new OutcomeFormatError(path, line, field, problem);
    });
    const earlier = lineOfId.get(record.id);
    if (earlier !== undefined) {
      throw new OutcomeFormatError(
        path,
        line,
        "id",
        `is the same as in line ${earlier}: give each record its own`,
      );
    }
    lineOfId.set(record.id, line);
    yield record;
  }
  if (lineOfId.size === 0) throw new OutcomeFormatError(path, 0, "file", "holds no records");
}
