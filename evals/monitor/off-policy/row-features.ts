import type { DecisionLine } from "../../data/decisions/decision-line.ts";

/** Categories that have a feature of their own: the most frequent ones. */
const mostCategories = 20;

/** The category that the request gave, else the classifier's. */
export function categoryOf({ request, classification }: DecisionLine): string | undefined {
  return request.category ?? classification?.category;
}

/**
 * What a reward model may know of a decision: complexity, counts, structure and category, none of it text.
 * Returns a function for one decision; NaN stands for what is not known.
 */
export function rowFeatures(
  decisions: readonly DecisionLine[],
): (decision: DecisionLine) => readonly number[] {
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
 * What is known of a plan on a decision: estimated cost and quality of its first and its last model. Returns
 * a function for one decision.
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
