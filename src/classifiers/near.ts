import type { Classification, Classifier } from "../contracts/index.ts";
import { askClassifier, type Classified, checkKeys, checkMethods, checkNumber } from "../plugin/index.ts";

export interface NearOptions {
  /** Asked of each request: a cheap one. */
  readonly first: Classifier;
  /** Asked only where the first is in doubt: one that costs time or money. */
  readonly second: Classifier;
  /** The complexity at which decisions change, in [0, 1]: a policy's threshold, or several. */
  readonly around: number | readonly number[];
  /** How far from `around` the first is still in doubt, inclusive, in [0, 1]. Default 0.1. */
  readonly margin?: number | undefined;
  /**
   * Longest wait for a second that answers asynchronously, in milliseconds. Default 800; keep it below
   * the router's `classifierTimeoutMs` (1,000), or the answer of the first is lost with that of the second.
   */
  readonly timeoutMs?: number | undefined;
}

/** In units of complexity: `0.7 - 0.6` must lie within a margin of 0.1. */
const tolerance = 1e-9;

/**
 * Asks a second classifier where the complexity by the first lies within `margin` of `around`, and
 * nowhere else; what the first said then stays as it was. The second's answer stands in the first's
 * place (category and quality are the first's where the second gives none), with the first's
 * complexity as the signal `first`. When the second fails or takes too long, the first's answer stands,
 * with the signal `secondFailed`: 1. Answers at once where those it asks do.
 *
 * Around the threshold, complexities are the second's: a rank in the second's reference distribution.
 *
 * Throws `InvalidOptionError`. Fails as the first does.
 */
export function near(options: NearOptions): Classifier {
  checkKeys("near", options, ["first", "second", "around", "margin", "timeoutMs"]);
  const { first, second, around, margin = 0.1, timeoutMs = 800 } = options;
  checkMethods("near.first", first, ["classify"]);
  checkMethods("near.second", second, ["classify"]);
  const thresholds = checkThresholds(around);
  checkNumber("near.margin", margin, { min: 0, max: 1 });
  checkNumber("near.timeoutMs", timeoutMs, { min: 1, max: 2 ** 31 - 1 });
  const inDoubt = (complexity: number): boolean =>
    thresholds.some((at) => Math.abs(complexity - at) <= margin + tolerance);

  return {
    name: "near",
    version: `${first.name}@${first.version},${second.name}@${second.version},${thresholds.join("|")}±${margin}`,
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
  if (!Array.isArray(around)) return [checkNumber("near.around", around, { min: 0, max: 1 })];
  checkNumber("near.around.length", around.length, { min: 1 });
  return around.map((at, index) => checkNumber(`near.around[${index}]`, at, { min: 0, max: 1 }));
}
