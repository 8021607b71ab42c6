import type { ImportInput } from "../input/import-input.ts";
import { joinHumanLabels } from "../labels/join-human-labels.ts";
import { readLabelInputs } from "../labels/read-human-labels.ts";
import type { Imported, ImportSettings, Place } from "./import-format.ts";
import { cutLine, readOutcomeInputs } from "./read-outcome-inputs.ts";

/**
 * Replaces the quality of recorded outcomes by that of labels (`readHumanLabels`): the mean over the raters
 * of an answer, by id of the record and name of the model.
 */
export async function* labels(
  inputs: readonly ImportInput[],
  { outcomes, unlabelled, labels: options, tellAgreement, leaveOut }: ImportSettings,
): AsyncGenerator<Imported, void, void> {
  const { records, places } = await readOutcomeInputs([outcomes as ImportInput], () => leaveOut(cutLine));
  const joined = joinHumanLabels(records, await readLabelInputs(inputs, options), { unlabelled });
  for (const record of joined.records) yield { place: places.get(record.id) as Place, record };
  if (unlabelled !== "keep") leaveOut("outcomes without a label", joined.unlabelled);
  leaveOut(
    "labelled answers that are in no record, or in one of several models without naming it",
    joined.unmatched,
  );
  tellAgreement({ raters: joined.raters, recorded: joined.recorded });
}
