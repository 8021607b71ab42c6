import { type Feedback, readFeedback } from "../decisions/read-feedback.ts";
import type { ImportInput } from "../input/import-input.ts";
import { joinAuditFeedback } from "../labels/join-audit-feedback.ts";
import type { Imported, ImportSettings, Place } from "./import-format.ts";
import { cutLine, readOutcomeInputs } from "./read-outcome-inputs.ts";

/**
 * Reads the records of an audit with a file of feedback in place of the scorer's verdicts: see `joinAuditFeedback`. Records
 * without feedback stay as they are. A last line that is cut is left out: the audit was killed, or is writing it.
 */
export async function* audit(
  inputs: readonly ImportInput[],
  { feedback, source, leaveOut }: ImportSettings,
): AsyncGenerator<Imported, void, void> {
  const { records, places } = await readOutcomeInputs(inputs, () => leaveOut(cutLine));
  const given: Feedback[] = [];
  let ofOthers = 0;
  for await (const one of readFeedback(feedback as ImportInput))
    if (source === undefined || one.source === source) given.push(one);
    else ofOthers += 1;
  const joined = joinAuditFeedback(records, given);
  for (const record of joined.records) yield { place: places.get(record.id) as Place, record };
  leaveOut("feedbacks without their decision", joined.unknown);
  leaveOut("further feedbacks on a decision, of which the first counts", joined.repeated);
  leaveOut("feedbacks of other sources", ofOthers);
}
