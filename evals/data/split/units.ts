import type { UnitField } from "../../../src/contracts/index.ts";
import type { OutcomeRecord } from "../outcomes/outcome-record.ts";
import { textKey } from "../outcomes/prompt-key.ts";
import { templateKey } from "../outcomes/template-key.ts";

export type { UnitField };

export const UNIT_FIELDS: readonly UnitField[] = ["prompt", "template", "group", "session", "tenant"];

/**
 * Returns the value that joins a record to others; `undefined` if it has none. Sessions belong to a tenant.
 */
export function unitKey(record: OutcomeRecord, field: UnitField): string | undefined {
  switch (field) {
    case "prompt":
      return textKey(record);
    case "template":
      return templateKey(record);
    case "session":
      return record.session ? JSON.stringify([record.tenant ?? "", record.session]) : undefined;
    default:
      return record[field] || undefined;
  }
}

/**
 * Numbers the independent unit of each record, from 0 in order of first appearance: records that share a
 * prompt, a template, a group, a session or a tenant are one unit, directly or through others. A unit is split, resampled
 * and counted as one observation. Takes almost linear time.
 */
export function unitsOf(
  records: readonly OutcomeRecord[],
  by: readonly UnitField[] = UNIT_FIELDS,
): Uint32Array {
  const parents = Uint32Array.from(records, (_, index) => index);
  const rootOf = (index: number): number => {
    let at = index;
    while (parents[at] !== at) {
      // Halves the path on the way, so that chains stay short.
      parents[at] = parents[parents[at] as number] as number;
      at = parents[at] as number;
    }
    return at;
  };
  for (const field of by) {
    const first = new Map<string, number>();
    records.forEach((record, index) => {
      const key = unitKey(record, field);
      if (key === undefined) return;
      const other = first.get(key);
      if (other === undefined) first.set(key, index);
      else join(parents, rootOf(other), rootOf(index));
    });
  }
  const numbers = new Map<number, number>();
  return Uint32Array.from(records, (_, index) => {
    const root = rootOf(index);
    const known = numbers.get(root);
    if (known !== undefined) return known;
    numbers.set(root, numbers.size);
    return numbers.size - 1;
  });
}

/** Joins two records; the earlier one becomes the root. */
function join(parents: Uint32Array, a: number, b: number): void {
  if (a < b) parents[b] = a;
  else parents[a] = b;
}
