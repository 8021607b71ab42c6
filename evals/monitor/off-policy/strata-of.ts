import type { LoggedRow } from "./read-rows.ts";
import { categoryOf } from "./row-features.ts";

/** Strata of a row: its tenth of the complexities, and its category if it has one. */
export function strataOf({ decision }: LoggedRow): readonly string[] {
  const complexity = decision.classification?.complexity;
  const category = categoryOf(decision);
  const tenth = Math.min(9, Math.floor((complexity ?? 0) * 10));
  return [
    complexity === undefined
      ? "no classification"
      : `complexity ${(tenth / 10).toFixed(1)} to ${((tenth + 1) / 10).toFixed(1)}`,
    ...(category === undefined ? [] : [`category ${category}`]),
  ];
}
