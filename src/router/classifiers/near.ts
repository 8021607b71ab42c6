import type { Classification, Classifier } from "../../contracts/index.ts";
import {
  askClassifier,
  type Classified,
  type OptionTable,
  readOption,
  readOptions,
} from "../../plugin/index.ts";
import { allCategories } from "./all-categories.ts";

export interface NearOptions {
  /** A cheap classifier, asked for each request. */
  readonly first: Classifier;
  /** A classifier that costs time or money, asked only where the first is in doubt. */
  readonly second: Classifier;
  /** The complexity at which decisions change, in [0, 1]: a policy's threshold, or several. */
  readonly around: number | readonly number[];
  /** Largest distance from `around` at which the first is in doubt, inclusive, in [0, 1]. Default 0.1. */
  readonly margin?: number | undefined;
  /**
   * Longest wait for an asynchronous second classifier, in milliseconds. Default 800; keep it below the
   * router's `classifierTimeoutMs` (1,000), or the first classifier's answer is lost with the second's.
   */
  readonly timeoutMs?: number | undefined;
}

export const nearOptions: OptionTable<NearOptions> = {
  first: { is: "object", methods: ["classify"] },
  second: { is: "object", methods: ["classify"] },
  around: { is: "any", expected: "a number in [0, 1], or an array of them" },
  margin: { is: "share", default: 0.1 },
  timeoutMs: { is: "duration", default: 800 },
};

/** Tolerance for rounding, so that `0.7 - 0.6` lies within a margin of 0.1. */
const tolerance = 1e-9;

/**
 * Asks a second classifier only where the first one's complexity lies within `margin` of `around`;
 * elsewhere it returns the first one's answer unchanged. The second one's answer replaces the first's
 * (category and quality are the first's where the second gives none), with the first's complexity as the
 * signal `first`. If the second fails or takes too long, the first's answer is used, with the signal
 * `secondFailed`: 1. Synchronous where the classifiers it asks are.
 *
 * Around the threshold, complexities are the second's: ranks in its reference distribution.
 *
 * Throws `InvalidOptionError`. Fails where the first classifier does.
 */
export function near(options: NearOptions): Classifier {
  const { first, second, around, margin, timeoutMs } = readOptions("near", nearOptions, options);
  const thresholds = checkThresholds(around);
  const inDoubt = (complexity: number): boolean =>
    thresholds.some((at) => Math.abs(complexity - at) <= margin + tolerance);

  return {
    name: "near",
    version: `${first.name}@${first.version},${second.name}@${second.version},${thresholds.join("|")}±${margin}`,
    categories: allCategories([first, second]),
    classify(request, hop) {
      const decide = (answer: Classification): Classification | Promise<Classification> => {
        if (!inDoubt(answer.complexity)) return answer;
        const asked = askClassifier(second, request, hop, timeoutMs);
        return asked instanceof Promise ? asked.then((one) => merge(answer, one)) : merge(answer, asked);
      };
      const answer = first.classify(request, hop);
      return answer instanceof Promise ? answer.then(decide) : decide(answer);
    },
  };
}

function merge(first: Classification, { classification: second }: Classified): Classification {
  if (second === undefined) return { ...first, signals: { ...first.signals, secondFailed: 1 } };
  const { category = first.category, quality = first.quality } = second;
  return {
    complexity: second.complexity,
    ...(category !== undefined && { category }),
    ...(quality !== undefined && { quality }),
    signals: { ...second.signals, first: first.complexity },
  };
}

function checkThresholds(around: NearOptions["around"]): readonly number[] {
  if (!Array.isArray(around)) return [readOption({ is: "share" }, "near.around", around)];
  readOption({ is: "number", min: 1 }, "near.around.length", around.length);
  return readOption({ is: "list", of: { is: "share" } }, "near.around", around);
}
