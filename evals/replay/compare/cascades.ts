import { extractText } from "../../../policies/checks/internal/extract-answer.ts";
import { InvalidOptionError } from "../../../src/contracts/index.ts";
import { type OutcomeRecord, outcomeOf } from "../../data/outcomes/outcome-record.ts";
import type { PairedOutcomes } from "../../metrics/routing-curve.ts";
import { byRate, byThreshold, type Contender, cascadePair } from "./contenders.ts";

/** Agreement of two recorded answers, with the cost of the second if it was asked. */
export interface Agreement {
  readonly accepted: boolean;
  readonly costUsd: number | undefined;
}

/** Compares the recorded answers as `agree` does; undefined if there is no answer to compare. */
export function agreementIn(record: OutcomeRecord, small: string, other: string): Agreement | undefined {
  const answer = outcomeOf(record, small)?.answer;
  if (answer === undefined) return undefined;
  const said = extractText(answer, "answer");
  if (said === undefined) return { accepted: false, costUsd: 0 };
  const second = outcomeOf(record, other);
  if (second?.answer === undefined) return undefined;
  return { accepted: extractText(second.answer, "answer") === said, costUsd: second.costUsd };
}

/**
 * Cascade that escalates the answers of which the small model was least sure. Throws `InvalidOptionError` if no
 * record has one.
 */
export function byLogprob(
  cases: readonly { readonly logprob?: number | undefined }[],
  pair: PairedOutcomes,
  min: number | undefined,
  rate: number,
): Contender {
  if (cases.every(({ logprob }) => logprob === undefined))
    throw new InvalidOptionError(
      "compare.cascade",
      min,
      "absent: no outcome of the small model has logprobConfidence",
    );
  const doubt = Float64Array.from(cases, ({ logprob }) =>
    logprob === undefined ? Number.POSITIVE_INFINITY : -logprob,
  );
  const name = "cascade by log-probability";
  if (min === undefined) return { ...byRate(name, doubt, rate), pair: cascadePair(pair) };
  const { order } = byThreshold(name, doubt, 0);
  return { name, toLarge: doubt.map((one) => (one > -min ? 1 : 0)), order, pair: cascadePair(pair) };
}

/** Cascade that escalates where another small model does not agree. Throws `InvalidOptionError` if no record has answers. */
export function byAgreement(
  cases: readonly { readonly agreed?: Agreement | undefined }[],
  pair: PairedOutcomes,
): Contender {
  if (cases.every(({ agreed }) => agreed === undefined))
    throw new InvalidOptionError(
      "compare.other",
      undefined,
      "absent: no record has answers of both small models",
    );
  const toLarge = Float64Array.from(cases, ({ agreed }) => (agreed?.accepted === true ? 0 : 1));
  const costs = Float64Array.from(cases, ({ agreed }) =>
    agreed === undefined ? 0 : (agreed.costUsd ?? Number.NaN),
  );
  const isPriced = !costs.some(Number.isNaN);
  const { small, large } = pair;
  const known = isPriced ? pair : { small: { quality: small.quality }, large: { quality: large.quality } };
  const name = "cascade by agreement";
  return { ...byThreshold(name, toLarge, 1), pair: cascadePair(known, isPriced ? costs : undefined) };
}
