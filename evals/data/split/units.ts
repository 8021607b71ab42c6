import type { UnitField } from "../../../src/contracts/index.ts";
import type { OutcomeRecord } from "../outcomes/outcome-record.ts";
import { templateKey, textKey } from "../outcomes/prompt-key.ts";

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
      if (other === undefined) {
        first.set(key, index);
        return;
      }
      // The earlier one becomes the root.
      const [a, b] = [rootOf(other), rootOf(index)];
      parents[Math.max(a, b)] = Math.min(a, b);
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
