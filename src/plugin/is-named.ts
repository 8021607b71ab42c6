import type { ExcludableModel } from "../contracts/index.ts";

/**
 * True if one of the ids names the model, by this id or by another that the router has for it. The id of an effort
 * names this effort, and its base all of them.
 */
export function isNamed(
  { id, sameAs, namedBy = sameAs }: ExcludableModel,
  ids: ReadonlySet<string>,
): boolean {
  return ids.has(id) || (namedBy?.some((other) => ids.has(other)) ?? false);
}
