import { isDeepStrictEqual } from "node:util";
import type { OutcomeRecord } from "../outcomes/outcome-record.ts";
import { type Imported, type ImportSettings, refuseAt } from "./import-format.ts";

/**
 * Merges records of several runs: those with one id are one record, and must be the same request to different
 * models. An outcome that is there already is left out and counted; another one of the same model is refused.
 */
export function mergeOutcomes(
  all: readonly Imported[],
  { leaveOut }: Pick<ImportSettings, "leaveOut">,
): readonly Imported[] {
  const merged = new Map<string, Imported>();
  const placesOf = new Map<string, Map<string, string>>();
  for (const one of all) {
    const { place } = one;
    const record = one.record as OutcomeRecord;
    const here = `${place.file}:${place.line}`;
    const places = placesOf.get(record.id) ?? new Map<string, string>();
    placesOf.set(record.id, places);
    const earlier = merged.get(record.id);
    if (earlier === undefined) {
      merged.set(record.id, one);
      for (const model of Object.keys(record.outcomes)) places.set(model, here);
      continue;
    }
    const before = earlier.record as OutcomeRecord;
    const where = `${earlier.place.file}:${earlier.place.line}`;
    if (askedBy(before) !== askedBy(record))
      refuseAt(place, "prompt", `differs from that in ${where}, under the same id`);
    for (const [model, outcome] of Object.entries(record.outcomes)) {
      if (!places.has(model)) {
        places.set(model, here);
        continue;
      }
      if (!isDeepStrictEqual(before.outcomes[model], outcome))
        refuseAt(
          place,
          "model",
          `${JSON.stringify(model.slice(0, 80))} has an outcome in ${places.get(model)} already, and another one here`,
        );
      leaveOut("repeated outcomes");
    }
    // Spread would run into "__proto__", a name that a file may hold.
    const outcomes = Object.fromEntries([
      ...Object.entries(before.outcomes),
      ...Object.entries(record.outcomes),
    ]);
    merged.set(record.id, { place: earlier.place, record: { ...before, outcomes } });
  }
  return [...merged.values()];
}

function askedBy({ prompt, messages }: OutcomeRecord): string {
  return prompt ?? JSON.stringify(messages);
}
