import {
  type Classification,
  type Classifier,
  ClassifierError,
  InvalidOptionError,
} from "../../contracts/index.ts";
import { askClassifier, type Classified, type OptionTable, readOptions } from "../../plugin/index.ts";
import { allCategories } from "./all-categories.ts";

export interface EnsembleMember {
  readonly classifier: Classifier;
  /** Weight in [1e-6, 1e6]; only the proportions count. Default 1. */
  readonly weight?: number | undefined;
}

export const ensembleMember: OptionTable<EnsembleMember> = {
  classifier: { is: "object", methods: ["classify"] },
  // A smaller weight could vanish in a product with a complexity.
  weight: { is: "number", min: 1e-6, max: 1e6, default: 1 },
};

export interface EnsembleOptions {
  /**
   * Longest wait for asynchronous members, which are asked in parallel, in milliseconds. Default 800; keep
   * it below the router's `classifierTimeoutMs` (1,000).
   */
  readonly timeoutMs?: number | undefined;
}

export const ensembleOptions: OptionTable<EnsembleOptions> = {
  timeoutMs: { is: "duration", default: 800 },
};

/**
 * The weighted mean of several classifiers. Complexity is the mean of theirs; the quality of a model is
 * the mean over the members that state it; the category is the one with the largest weight, on ties the
 * earlier member's. A member that fails or takes too long is left out, and the weights of the others are
 * scaled up. Signals: each member's complexity under its name, or `<name>.failed`: 1; a name that occurs
 * twice gets its position, as in `modelRating#2`.
 *
 * A mean of ranks concentrates in the middle and is not a rank: tune thresholds on the ensemble's own
 * complexities. Synchronous where all members are.
 *
 * Throws `InvalidOptionError`. Fails with `ClassifierError` when all members fail.
 */
export function ensemble(members: readonly EnsembleMember[], options: EnsembleOptions = {}): Classifier {
  const weighted = checkMembers(members);
  const { timeoutMs } = readOptions("ensemble", ensembleOptions, options);
  const version = weighted.map(
    ({ classifier, weight }) => `${classifier.name}@${classifier.version}*${weight}`,
  );

  return {
    name: "ensemble",
    version: version.join(","),
    categories: allCategories(weighted.map(({ classifier }) => classifier)),
    classify(request, hop) {
      const answers = weighted.map(({ classifier }) => askClassifier(classifier, request, hop, timeoutMs));
      return haveSettled(answers)
        ? combine(weighted, answers)
        : Promise.all(answers).then((all) => combine(weighted, all));
    },
  };
}

/** Leaves room for a position and `.failed` in the 40 characters of a signal's name. */
const longestLabel = 28;

interface Member {
  readonly classifier: Classifier;
  readonly weight: number;
  /** Name of its signals. */
  readonly label: string;
}

type Answers = readonly (Classified | Promise<Classified>)[];

function haveSettled(answers: Answers): answers is readonly Classified[] {
  return !answers.some((answer) => answer instanceof Promise);
}

function combine(members: readonly Member[], answers: readonly Classified[]): Classification {
  const signals = new Map<string, number>();
  const given: { readonly weight: number; readonly classification: Classification }[] = [];
  for (const [index, { label, weight }] of members.entries()) {
    const classification = answers[index]?.classification;
    if (classification === undefined) signals.set(`${label}.failed`, 1);
    else {
      signals.set(label, classification.complexity);
      given.push({ weight, classification });
    }
  }
  if (given.length === 0) {
    const problems = answers.map(({ error }) => error?.message).join("; ");
    throw new ClassifierError("ensemble", `got no answer from any member (${problems})`);
  }
  const complexity = mean(
    given.map(({ weight, classification }) => ({ weight, value: classification.complexity })),
  );
  const category = categoryOf(given);
  const quality = qualityOf(given);
  return {
    complexity,
    ...(category !== undefined && { category }),
    ...(quality !== undefined && { quality }),
    signals: Object.fromEntries(signals),
  };
}

interface Weighted {
  readonly weight: number;
  readonly value: number;
}

/** The weighted mean, kept within the range of the values in spite of rounding. */
function mean(values: readonly Weighted[]): number {
  let sum = 0;
  let total = 0;
  let lowest = Number.POSITIVE_INFINITY;
  let highest = Number.NEGATIVE_INFINITY;
  for (const { weight, value } of values) {
    sum += weight * value;
    total += weight;
    lowest = Math.min(lowest, value);
    highest = Math.max(highest, value);
  }
  return Math.max(lowest, Math.min(highest, sum / total));
}

type Given = readonly { readonly weight: number; readonly classification: Classification }[];

function categoryOf(given: Given): string | undefined {
  const votes = new Map<string, number>();
  for (const { weight, classification } of given) {
    const { category } = classification;
    if (category !== undefined) votes.set(category, (votes.get(category) ?? 0) + weight);
  }
  let winner: string | undefined;
  for (const [category, weight] of votes) {
    if (winner === undefined || weight > (votes.get(winner) ?? 0)) winner = category;
  }
  return winner;
}

function qualityOf(given: Given): Readonly<Record<string, number>> | undefined {
  const byModel = new Map<string, Weighted[]>();
  for (const { weight, classification } of given) {
    for (const [model, value] of Object.entries(classification.quality ?? {})) {
      const values = byModel.get(model) ?? [];
      values.push({ weight, value });
      byModel.set(model, values);
    }
  }
  if (byModel.size === 0) return undefined;
  return Object.fromEntries([...byModel].map(([model, values]) => [model, mean(values)]));
}

function checkMembers(members: readonly EnsembleMember[]): readonly Member[] {
  if (!Array.isArray(members) || members.length === 0)
    throw new InvalidOptionError("ensemble.members", members, "an array with at least one member");
  const seen = new Set<string>();
  return members.map((member: EnsembleMember, index) => {
    const { classifier, weight } = readOptions(`ensemble.members[${index}]`, ensembleMember, member);
    // Signals have plain names, and a classifier may have any.
    const name = classifier.name.replaceAll(/[^A-Za-z0-9._:/+@()-]+/g, "-").replace(/^[^A-Za-z0-9]+/, "");
    const short = name.slice(0, longestLabel) || "member";
    const label = seen.has(short) ? `${short}#${index + 1}` : short;
    seen.add(label);
    return { classifier, weight, label };
  });
}
