import type { ImportInput } from "../input/import-input.ts";
import type { OutcomeRecord } from "../outcomes/outcome-record.ts";
import { parseOutcomeRecord } from "../outcomes/parse-outcome-record.ts";
import { readJsonLines } from "../outcomes/read-json-lines.ts";
import { type Place, refuseAt } from "./import-format.ts";

/** Outcome records of inputs, and the place of each by its id. */
export interface OutcomeInputs {
  readonly records: readonly OutcomeRecord[];
  readonly places: ReadonlyMap<string, Place>;
}

/** Reason why a last line is left out. */
export const cutLine = "last lines that are cut, as a killed process leaves one";

/**
 * Reads inputs whose records others are joined with. `onCut` is called for each whose last line is cut, as an audit leaves it
 * that is killed. Throws `OutcomeFormatError`, also for an id that comes twice.
 */
export async function readOutcomeInputs(
  inputs: readonly ImportInput[],
  onCut: () => void,
): Promise<OutcomeInputs> {
  const records: OutcomeRecord[] = [];
  const places = new Map<string, Place>();
  for (const input of inputs)
    for await (const { line, value } of readJsonLines(input, { onCut })) {
      const place = { file: input.name, line };
      const record = parseOutcomeRecord(value, (field, problem) => refuseAt(place, field, problem));
      const earlier = places.get(record.id);
      if (earlier !== undefined)
        refuseAt(
          place,
          "id",
          `is the same as in line ${earlier.line}${earlier.file === input.name ? "" : ` of ${earlier.file}`}`,
        );
      places.set(record.id, place);
      records.push(record);
    }
  return { records, places };
}
