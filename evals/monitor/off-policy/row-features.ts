import type { DecisionLine } from "../../data/decisions/decision-line.ts";

/** Parts of a decision that features are computed from. */
export type RowFacts = Pick<DecisionLine, "request" | "classification">;

/** Number of categories, the most frequent ones, that have a feature of their own. */
const mostCategories = 20;

/** Category that the request gave, else the classifier's. */
export function categoryOf({ request, classification }: RowFacts): string | undefined {
  return request.category ?? classification?.category;
}

/**
 * Computes the features of decisions for a reward model: complexity, counts, structure and category, no text.
 * Returns a function for one decision; NaN means unknown.
 */
export function rowFeatures(decisions: readonly RowFacts[]): (decision: RowFacts) => readonly number[] {
  const counts = new Map<string, number>();
  for (const decision of decisions) {
    const category = categoryOf(decision);
    if (category !== undefined) counts.set(category, (counts.get(category) ?? 0) + 1);
  }
  const categories = [...counts]
    .sort(([a, first], [b, second]) => second - first || (a < b ? -1 : 1))
    .slice(0, mostCategories)
    .map(([category]) => category);
  return (decision) => {
    const { request, classification } = decision;
    const complexity = classification?.complexity ?? Number.NaN;
    const category = categoryOf(decision);
    return [
      complexity,
      complexity ** 2,
      Number(classification === undefined),
      Math.log1p(request.askCharacters),
      Math.log1p(request.inputTokens),
      Math.log1p(request.turns),
      Number(request.tools > 0),
      Number(request.images > 0),
      Number(request.jsonSchema),
      Number(request.toolLoopPending),
      ...categories.map((one) => Number(one === category)),
    ];
  };
}

/**
 * Computes the features of a plan on decisions: estimated cost and quality of its first and its last model.
 * Returns a function for one decision.
 */
export function planFeatures(key: string): (decision: DecisionLine) => readonly number[] {
  const plan = JSON.parse(key) as [model: string][];
  const [first, last] = [plan[0]?.[0], plan.at(-1)?.[0]];
  return ({ candidates }) => {
    const start = candidates.find(({ model }) => model === first);
    const end = candidates.find(({ model }) => model === last);
    return [
      start?.estimatedCostUsd ?? Number.NaN,
      start?.estimatedQuality ?? Number.NaN,
      end?.estimatedCostUsd ?? Number.NaN,
      end?.estimatedQuality ?? Number.NaN,
    ];
  };
}
