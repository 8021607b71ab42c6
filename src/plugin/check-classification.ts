import type { Classification, Classifier } from "../contracts/classifier.ts";

/** Largest number of signals, and of models in `quality`, of one classification. */
const most = 1_000;
/** Name of a signal, or of a category that the classifier does not declare: too short and plain for a prompt. */
const namePattern = /^[A-Za-z0-9][A-Za-z0-9._:/+@#()-]{0,39}$/;
const nameRule = "1 to 40 letters of ASCII, digits and ._:/+@#()-, without spaces";
const longestModelName = 200;
const longestCategory = 100;

/** Names that have been tested, so that the usual ones cost a look-up. Bounded, since a classifier may invent names. */
const tested = new Set<string>();
const mostTested = 1_000;

/** A copy of a classification, or the reason why it breaks the contract of classifiers, without its text. */
export type CheckedClassification =
  | { readonly classification: Classification; readonly problem?: undefined }
  | { readonly classification?: undefined; readonly problem: string };

/**
 * Checks a classification where it enters and copies what the contract names, since it is stored in decisions
 * and logs: a complexity in [0, 1], a category and signals under closed names, finite numbers. So no text of
 * a prompt gets into a log by way of a classifier, and no classifier can change a record later. A quality
 * that is not in [0, 1] is left out and so unknown.
 */
export function checkClassification(
  { categories }: Pick<Classifier, "categories">,
  given: Classification | null | undefined,
): CheckedClassification {
  // Each field is read once: it may be a getter.
  const complexity: unknown = given?.complexity;
  if (typeof complexity !== "number" || !(complexity >= 0 && complexity <= 1)) {
    const shown = typeof complexity === "number" ? String(complexity) : typeof complexity;
    return { problem: `returned the complexity ${shown}, which is not in [0, 1]` };
  }
  const category: unknown = given?.category ?? undefined;
  if (category !== undefined && !isCategory(category, categories))
    return { problem: categoryProblem(categories) };
  const signals = copySignals(given?.signals);
  if (typeof signals === "string") return { problem: signals };
  return {
    // All fields, also absent ones: objects of one shape are the fastest.
    classification: { complexity, category, quality: copyQuality(given?.quality), signals },
  };
}

function isCategory(category: unknown, declared: Classifier["categories"]): category is string {
  if (typeof category !== "string") return false;
  if (declared === undefined) return isName(category);
  return category.length <= longestCategory && declared.includes(category);
}

function categoryProblem(declared: Classifier["categories"]): string {
  return declared === undefined
    ? `returned a category that is not a name: ${nameRule}; others must be listed in the classifier's "categories"`
    : `returned a category that is not among its "categories" (${declared.length}, of at most ${longestCategory} characters)`;
}

function isName(name: string): boolean {
  if (tested.has(name)) return true;
  if (!namePattern.test(name)) return false;
  if (tested.size < mostTested) tested.add(name);
  return true;
}

/** Returns a copy, or the problem as a string. */
function copySignals(given: unknown): Record<string, number> | undefined | string {
  if (given === undefined || given === null) return undefined;
  if (typeof given !== "object") return "returned signals that are not an object";
  const copy: Record<string, number> = {};
  let count = 0;
  for (const name of Object.keys(given)) {
    count += 1;
    if (count > most) return `returned more than ${most} signals`;
    if (!isName(name)) return `returned a signal whose name is not ${nameRule}`;
    const value: unknown = (given as Readonly<Record<string, unknown>>)[name];
    if (typeof value !== "number" || !Number.isFinite(value))
      return "returned a signal that is not a finite number";
    copy[name] = value;
  }
  return copy;
}

/** Returns a copy without what is not a probability of a model; the rest counts as unknown. */
function copyQuality(given: unknown): Record<string, number> | undefined {
  if (typeof given !== "object" || given === null) return undefined;
  const copy: Record<string, number> = {};
  let left = most;
  for (const name of Object.keys(given)) {
    if (left === 0) break;
    const value: unknown = (given as Readonly<Record<string, unknown>>)[name];
    if (name.length > longestModelName || typeof value !== "number" || !(value >= 0 && value <= 1)) continue;
    copy[name] = value;
    left -= 1;
  }
  return copy;
}
