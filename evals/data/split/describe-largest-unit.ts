import { counted } from "../../../src/plugin/counted.ts";
import type { OutcomeRecord } from "../outcomes/outcome-record.ts";
import { type UnitField, unitKey } from "./units.ts";

/**
 * Describes for people how large the largest unit is, what joins its records, and what to group by instead.
 * Names a record by its id, and no tenant, session or prompt.
 */
export function describeLargestUnit(
  records: readonly OutcomeRecord[],
  units: Uint32Array,
  groupBy: readonly UnitField[],
): string {
  const sizes: number[] = [];
  for (const unit of units) sizes[unit] = (sizes[unit] ?? 0) + 1;
  const unit = sizes.reduce((best, size, at) => (size > (sizes[best] ?? 0) ? at : best), 0);
  const own = records.filter((_, index) => units[index] === unit);
  const columns = groupBy
    .map((field) => ({ field, ...commonest(own, field) }))
    .filter(({ values }) => values > 0);
  const made = columns.map(({ field, values }) => counted(values, field)).join(", ");
  const size = `the largest unit has ${own.length} of ${records.length} records (${made})`;

  // A prompt that occurs everywhere chains tenants and sessions; otherwise the cause is what all have in
  // common.
  const others = columns.filter(({ field, values }) => !isOfPrompt(field) && values > 1);
  const prompt = columns
    .filter(({ field }) => isOfPrompt(field))
    .reduce<(typeof columns)[number] | undefined>(
      (most, one) => (most === undefined || one.count > most.count ? one : most),
      undefined,
    );
  const blamed =
    prompt !== undefined && others.length > 0
      ? prompt
      : columns.reduce((least, one) => (one.values < least.values ? one : least));
  const left = groupBy.filter((field) => field !== blamed.field);
  if (own.length === 1 || left.length === 0) return `${size}: take more records, or another seed`;
  return (
    `${size}, joined by a ${blamed.field} that ${blamed.count} of them share, as record ` +
    `${JSON.stringify(blamed.id.slice(0, 60))} does: group by ${left.join(", ")} instead`
  );
}

const isOfPrompt = (field: UnitField): boolean => field === "prompt" || field === "template";

/**
 * Counts the different values of a field and the records with the most common one; returns the first id of
 * those.
 */
function commonest(
  records: readonly OutcomeRecord[],
  field: UnitField,
): { readonly values: number; readonly count: number; readonly id: string } {
  const counts = new Map<string, { count: number; readonly id: string }>();
  let most = { count: 0, id: "" };
  for (const record of records) {
    const key = unitKey(record, field);
    if (key === undefined) continue;
    const one = counts.get(key) ?? { count: 0, id: record.id };
    one.count += 1;
    counts.set(key, one);
    if (one.count > most.count) most = one;
  }
  return { values: counts.size, ...most };
}
