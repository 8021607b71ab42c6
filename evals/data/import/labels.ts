import type { ImportInput } from "../input/import-input.ts";
import { joinHumanLabels } from "../labels/join-human-labels.ts";
import { readLabelInputs } from "../labels/read-human-labels.ts";
import type { OutcomeRecord } from "../outcomes/outcome-record.ts";
import { parseOutcomeRecord } from "../outcomes/parse-outcome-record.ts";
import { readJsonLines } from "../outcomes/read-json-lines.ts";
import { type Imported, type ImportSettings, type Place, refuseAt } from "./import-format.ts";

/**
 * Replaces the quality of recorded outcomes by that of labels (`readHumanLabels`): the mean over the raters
 * of an answer, by id of the record and name of the model.
 */
export async function* labels(
  inputs: readonly ImportInput[],
  { outcomes, unlabelled, labels: options, tellAgreement, leaveOut }: ImportSettings,
): AsyncGenerator<Imported, void, void> {
  const { records, places } = await readRecords(outcomes as ImportInput);
  const joined = joinHumanLabels(records, await readLabelInputs(inputs, options), { unlabelled });
  for (const record of joined.records) yield { place: places.get(record.id) as Place, record };
  if (unlabelled !== "keep") leaveOut("outcomes without a label", joined.unlabelled);
  leaveOut(
    "labelled answers that are in no record, or in one of several models without naming it",
    joined.unmatched,
  );
  tellAgreement({ raters: joined.raters, recorded: joined.recorded });
}

async function readRecords(
  input: ImportInput,
): Promise<{ readonly records: readonly OutcomeRecord[]; readonly places: ReadonlyMap<string, Place> }> {
  const records: OutcomeRecord[] = [];
  const places = new Map<string, Place>();
  for await (const { line, value } of readJsonLines(input)) {
    const place = { file: input.name, line };
    const record = parseOutcomeRecord(value, (field, problem) => refuseAt(place, field, problem));
    const earlier = places.get(record.id);
    if (earlier !== undefined) refuseAt(place, "id", `is the same as in line ${earlier.line}`);
    places.set(record.id, place);
    records.push(record);
  }
  return { records, places };
}
