import type { Classifier } from "../../contracts/index.ts";

/** Returns the categories that any of the classifiers may return; undefined where one does not list its own. */
export function allCategories(classifiers: readonly Classifier[]): readonly string[] | undefined {
  const all = new Set<string>();
  for (const { categories } of classifiers) {
    if (categories === undefined) return undefined;
    for (const category of categories) all.add(category);
  }
  return [...all];
}
