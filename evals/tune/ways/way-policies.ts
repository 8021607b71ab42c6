import { cascade } from "../../../policies/cascade.ts";
import {
  agree,
  allOf,
  anyOf,
  logprob,
  type SufficientFile,
  sufficient,
} from "../../../policies/checks/index.ts";
import { sufficientScore } from "../../../policies/checks/internal/sufficient-score.ts";
import type {
  Check,
  Model,
  Policy,
  RecordedAnswer,
  RecordedVerdict,
  RequestFacts,
} from "../../../src/contracts/index.ts";
import { withMin } from "../sufficient-file.ts";
import type { Way } from "./way.ts";

/** Policy of a way, with the complexity from which it skips, if it does. */
export interface WayPolicy {
  readonly policy: Policy<string>;
  readonly skipAt: number | undefined;
  readonly file?: SufficientFile | undefined;
}

export interface WayParts {
  readonly small: string;
  readonly large: string;
  /** Name of the other small model, for `agree` and `both`. */
  readonly other?: string | undefined;
  readonly file?: SufficientFile | undefined;
  /** False to leave out cascades that skip. */
  readonly skips: boolean;
}

/**
 * Lowest log-probabilities that are tried, from the safest: fixed before a label is seen, the same on every file.
 * In steps of a factor, since near 0 a factor counts.
 */
export const TRIED_LOGPROBS: readonly number[] = [
  ...Array.from({ length: 48 }, (_, step) => -Number((1e-6 * 1.4 ** step).toPrecision(2))),
  -100,
];

/** Complexities from which the small model is left out. */
const skips: readonly number[] = [0.5, 0.7, 0.9];
/** Ranks that are tried of a fitted score, from the safest. */
const ranks: readonly number[] = Array.from({ length: 51 }, (_, step) => Number((1 - step / 50).toFixed(2)));

/**
 * Policies of a cascade in a fixed order, from the safest to the cheapest. At each step of the check the variants
 * that skip come first: they answer less with the small model. So the order does not depend on the records, and
 * one fixed sequence tests both, at the full level.
 */
export function wayPolicies(way: Exclude<Way, "threshold">, parts: WayParts): readonly WayPolicy[] {
  const { small, large } = parts;
  return checksOf(way, parts).flatMap(({ check, file }) => {
    const unless = replayable(check);
    return [...(parts.skips ? skips : []), undefined].map((skipAt) => ({
      policy: cascade<string>({ first: small, then: large, unless, skipAt }),
      skipAt,
      file,
    }));
  });
}

interface Step {
  readonly check: Check;
  readonly file?: SufficientFile | undefined;
}

function checksOf(
  way: Exclude<Way, "threshold">,
  { other, file }: Pick<WayParts, "other" | "file">,
): readonly Step[] {
  switch (way) {
    case "logprob":
      return TRIED_LOGPROBS.map((min) => ({ check: logprob({ min }) }));
    case "agree":
      return [{ check: agreeWith(other) }];
    case "both": {
      const agreed = agreeWith(other);
      // What each step accepts holds what the one before accepts.
      return [
        ...TRIED_LOGPROBS.map((min) => ({ check: allOf(logprob({ min }), agreed) })),
        ...TRIED_LOGPROBS.map((min) => ({ check: anyOf(logprob({ min }), agreed) })),
      ];
    }
    case "sufficient": {
      if (file === undefined) return [];
      const mins = file.score === "logprob" ? TRIED_LOGPROBS : ranks;
      const scoreOf = rememberedScore(file);
      return mins.map((min) => {
        const one = withMin(file, min);
        // The score is computed once for all thresholds.
        const recorded: Check["recorded"] = (request, { answer }) => ({
          accepted: (scoreOf(request, answer) ?? Number.NEGATIVE_INFINITY) >= min,
        });
        return { check: { ...sufficient(one), recorded }, file: one };
      });
    }
  }
}

function agreeWith(other: string | undefined): Check {
  const never = () => Promise.reject(new Error("replay calls no model"));
  // Only its name is read in replay.
  const check = agree({ with: { name: other ?? "", generate: never } as unknown as Model });
  return replayable(check);
}

function rememberedScore(file: SufficientFile) {
  const scoreOf = sufficientScore(file);
  const known = new WeakMap<object, { readonly score: number | undefined }>();
  return (request: RequestFacts, answer: RecordedAnswer): number | undefined => {
    const before = known.get(answer);
    if (before !== undefined) return before.score;
    const { logprobConfidence: logprob, outputTokens, answer: text } = answer;
    const score = scoreOf({ request, logprob, outputTokens, text });
    known.set(answer, { score });
    return score;
  };
}

/**
 * Does not accept where the record lacks what the check reads, as the check itself does with such an answer. A
 * verdict is kept for its outcome: the same check is asked for each variant of a cascade.
 */
function replayable(check: Check): Check {
  const known = new WeakMap<object, RecordedVerdict>();
  return {
    ...check,
    recorded(request, record) {
      const before = known.get(record.answer);
      if (before !== undefined) return before;
      const verdict = check.recorded?.(request, record) ?? { accepted: false };
      known.set(record.answer, verdict);
      return verdict;
    },
  };
}
