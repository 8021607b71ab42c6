import type { Candidate } from "../../contracts/index.ts";

/**
 * Returns the models to try if `chosen` fails: those after it in the router's `models` (by convention the
 * more capable ones), nearest first, then those before it, nearest first.
 */
export function fallbacksOf<Id extends string>(
  chosen: Id,
  candidates: readonly Candidate<Id>[],
): readonly Id[] {
  if (candidates.length === 1) return [];
  const at = candidates.findIndex(({ id }) => id === chosen);
  const ids: Id[] = [];
  for (let index = at + 1; index < candidates.length; index += 1)
    ids.push((candidates[index] as Candidate<Id>).id);
  for (let index = at - 1; index >= 0; index -= 1) ids.push((candidates[index] as Candidate<Id>).id);
  return ids;
}
