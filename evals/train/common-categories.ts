import type { Examples } from "../../src/router/classifiers/trained/inner.ts";

/** Number of category names that a file holds, twice each. */
const mostCategories = 1_000;
const mostCharacters = 30_000;

/**
 * Keeps only the most frequent categories, as many as a file has room for; examples of others count as
 * without a category. (A category with few records says little more than the mean.)
 */
export function withCommonCategories(examples: Examples): Examples {
  const counts = new Map<string, number>();
  for (const category of examples.categories)
    if (category !== undefined) counts.set(category, (counts.get(category) ?? 0) + 1);
  const kept = new Set<string>();
  let characters = 0;
  for (const [category] of [...counts].sort(([, a], [, b]) => b - a).slice(0, mostCategories)) {
    characters += category.length;
    if (characters > mostCharacters) break;
    kept.add(category);
  }
  if (kept.size === counts.size) return examples;
  const categories = examples.categories.map((one) => (one !== undefined && kept.has(one) ? one : undefined));
  return { ...examples, categories };
}
