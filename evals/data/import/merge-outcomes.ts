import type { OutcomeRecord } from "../outcomes/outcome-record.ts";
import { type Imported, refuseAt } from "./import-format.ts";

/**
 * Merges records of several runs: those with one id are one record, and must be the same request to different
 * models.
 */
export function mergeOutcomes(all: readonly Imported[]): readonly Imported[] {
  const merged = new Map<string, Imported>();
  for (const one of all) {
    const { place } = one;
    const record = one.record as OutcomeRecord;
    const earlier = merged.get(record.id);
    if (earlier === undefined) {
      merged.set(record.id, one);
      continue;
    }
    const before = earlier.record as OutcomeRecord;
    const where = `${earlier.place.file}:${earlier.place.line}`;
    if (askedBy(before) !== askedBy(record))
      refuseAt(place, "prompt", `differs from that in ${where}, under the same id`);
    for (const model of Object.keys(record.outcomes)) {
      if (Object.hasOwn(before.outcomes, model))
        refuseAt(place, "model", `${JSON.stringify(model.slice(0, 80))} has an outcome in ${where} already`);
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
