import { isOfStep } from "../../plugin/is-of-step.ts";
import { shownText as text } from "../../plugin/short-text.ts";
import type { EndedRequest } from "./ended-request.ts";
import type { FrameAttempt, FrameCandidate, FrameRow } from "./frame.ts";

/** Most candidates and attempts of a row. */
const mostParts = 8;

/** Returns what a page shows of a request. Texts are cut at 200 characters, and control characters replaced. */
export function rowOf(
  seq: number,
  at: number,
  { decision, attempts, latencyMs, error }: EndedRequest,
): FrameRow {
  const { model, plan, fallbacks, classification, candidates } = decision;
  const answering = attempts.findLast(
    (one) => one.error === undefined && one.hop !== "classify" && one.hop !== "check",
  );
  const runnerUp = plan[1]?.model ?? fallbacks[0];
  const more = candidates.length - mostParts;
  return {
    seq,
    id: text(decision.id),
    at,
    model: text(model),
    ...(answering !== undefined && answering.model !== model && { answeredBy: text(answering.model) }),
    ...(runnerUp !== undefined && { runnerUp: text(runnerUp) }),
    reason: text(decision.reason),
    ...causeOf(decision),
    ...(classification !== undefined && { complexity: rounded(classification.complexity) }),
    propensity: rounded(decision.propensity),
    certified: decision.certified,
    ...(decision.uncertified !== undefined && { uncertified: text(decision.uncertified) }),
    calls: attempts.length,
    ...costOf(attempts),
    latencyMs: Math.round(latencyMs),
    ...(error !== undefined && { error: text(error.kind ?? error.code) }),
    candidates: candidates.slice(0, mostParts).map(candidateOf),
    ...(more > 0 && { moreCandidates: more }),
    attempts: attempts.slice(0, mostParts).map(attemptOf),
  };
}

function rounded(value: number): number {
  return Number(value.toPrecision(4));
}

function causeOf(decision: EndedRequest["decision"]): { cause?: string } {
  if (decision.forced) return { cause: "pin" };
  if (decision.degraded?.budget !== undefined) return { cause: "budget" };
  if (decision.insteadOf === undefined) return {};
  return { cause: isOfStep(decision) ? "step" : "cap" };
}

/** The sum of all attempts, absent if a part of it is not known. */
function costOf(attempts: EndedRequest["attempts"]): { costUsd?: number } {
  let sum = 0;
  for (const { costUsd } of attempts) {
    if (costUsd === undefined) return {};
    sum += costUsd;
  }
  return attempts.length === 0 ? {} : { costUsd: rounded(sum) };
}

function candidateOf({
  model,
  permitted,
  withheld,
  estimatedCostUsd,
  estimatedQuality,
}: EndedRequest["decision"]["candidates"][number]): FrameCandidate {
  const refused = permitted === true ? withheld : permitted;
  return {
    model: text(model),
    ...(refused !== undefined && { refused: text(refused) }),
    ...(estimatedCostUsd !== undefined && { costUsd: rounded(estimatedCostUsd) }),
    ...(estimatedQuality !== undefined && { quality: rounded(estimatedQuality) }),
  };
}

function attemptOf({
  model,
  hop,
  latencyMs,
  costUsd,
  error,
}: EndedRequest["attempts"][number]): FrameAttempt {
  return {
    model: text(model),
    hop,
    latencyMs: Math.round(latencyMs),
    ...(costUsd !== undefined && { costUsd: rounded(costUsd) }),
    ...(error !== undefined && { error: text(error.kind ?? error.code) }),
  };
}
