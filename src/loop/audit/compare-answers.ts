import {
  type Attempt,
  type ChatRequest,
  type Completion,
  type FollowUp,
  isRouterError,
  type Model,
  type RecordedFacts,
  RouterError,
} from "../../contracts/index.ts";
import { deepFreeze } from "../../plugin/deep-freeze.ts";
import { defaultOutputLimit } from "../../plugin/default-output-limit.ts";
import { dropPromises } from "../../plugin/index.ts";
import { settleWithin } from "../../plugin/settle-within.ts";
import type { AuditScore, AuditScorer, ScoringHop } from "./audit-scorer.ts";
import type { AuditSkip } from "./audit-status.ts";
import { readScore } from "./read-score.ts";

/** A comparison that is to be made. */
export interface Comparison {
  readonly request: ChatRequest;
  readonly facts: RecordedFacts;
  /** Answer of the caller, and the call that brought it. */
  readonly answer: Completion;
  readonly given: Attempt | undefined;
  /** Model that is asked as well. */
  readonly model: Model;
  /** True if that is the reference; false if the reference has answered the caller. */
  readonly isReference: boolean;
  readonly scorer: AuditScorer;
  readonly followUp: FollowUp;
  /** Longest time of the whole comparison, in milliseconds. */
  readonly timeoutMs: number;
}

export type Compared =
  | { readonly skipped: AuditSkip }
  | {
      readonly skipped?: undefined;
      /** Answer of the other model, and the call that brought it. */
      readonly other: Completion;
      readonly call: Attempt | undefined;
      readonly score: AuditScore;
    };

/** Smallest output limit of the other model's call where the request has none, and its share of the answer before. */
const leastOutput = 4_096;
const outputFactor = 4;
/** Most calls of models for one verdict: a scorer that asks again and again, of a model that costs nothing, ends by it. */
const mostCalls = 100;
/** Reasons of the router's own bounds on a call, apart from the constraints of the request. */
const ofMoney = /^(?:maxCostUsd|maxCost|budget|store): /;

/** Asks the other model and has both answers scored. Never rejects; ends the follow-up. */
export async function compareAnswers(comparison: Comparison): Promise<Compared> {
  const { followUp, timeoutMs } = comparison;
  try {
    return await settleWithin(compare(comparison), {
      signal: followUp.signal,
      ms: timeoutMs,
      timeError: () => new DOMException(`no comparison within ${timeoutMs} ms`, "TimeoutError"),
    });
  } catch (error) {
    return { skipped: skipOf(error) };
  } finally {
    followUp.end();
  }
}

async function compare(comparison: Comparison): Promise<Compared> {
  const { request, facts, answer, given, model, isReference, scorer, followUp } = comparison;
  for (const needed of [model, ...(scorer.models ?? [])]) {
    const permitted = followUp.permits(needed);
    if (permitted !== true) return { skipped: ofMoney.test(permitted) ? "budget" : "not-permitted" };
  }
  if (!accepts(scorer, request)) return { skipped: "failed" };
  const asked = withOutputLimit(request, model, given);
  const other = deepFreeze(await followUp.generate(model, asked));
  const call = followUp.attempts().find(({ error }) => error === undefined);
  // Also where the router's own bound had lowered the limit.
  if (isCut(other) && !isCut(answer)) return { skipped: "cut" };
  const hop: ScoringHop = Object.freeze({
    signal: followUp.signal,
    get now() {
      return followUp.now;
    },
    generate: atMost(mostCalls, followUp.generate),
    permits: followUp.permits,
  });
  const answers = isReference
    ? { request, facts, answer, reference: other }
    : { request, facts, answer: other, reference: answer };
  const scored: unknown = await scorer.score(Object.freeze(answers), hop);
  const score = readScore(scored);
  if (score !== undefined) return { other, call, score };
  dropPromises(scored);
  return { skipped: "failed" };
}

/** False if the scorer says that it cannot judge answers to the request. One that fails to say so is asked for a verdict. */
function accepts(scorer: AuditScorer, request: ChatRequest): boolean {
  const answer: unknown = scorer.accepts?.(request);
  if (answer === false) return false;
  dropPromises(answer);
  return true;
}

/** Returns the function with a bound on its calls, beyond which they reject. */
function atMost(most: number, generate: ScoringHop["generate"]): ScoringHop["generate"] {
  let calls = 0;
  return (model, request) => {
    calls += 1;
    if (calls <= most) return generate(model, request);
    const refused = Promise.reject(
      new RouterError("invalid-request", `a scorer makes at most ${most} calls of models for a verdict`),
    );
    refused.catch(() => undefined);
    return refused;
  };
}

/**
 * Gives the call a limit where the request has none: a bound on cost would set one of its own, from which a comparison
 * would suffer.
 */
function withOutputLimit(request: ChatRequest, model: Model, given: Attempt | undefined): ChatRequest {
  const { max_completion_tokens: asked, max_tokens: askedOld } = request;
  if (typeof asked === "number" || typeof askedOld === "number") return request;
  if (defaultOutputLimit(model.defaults) !== undefined) return request;
  const roomy = Math.max(leastOutput, outputFactor * (given?.usage?.outputTokens ?? 0));
  return { ...request, max_completion_tokens: Math.min(model.maxOutputTokens ?? roomy, roomy) };
}

function isCut({ choices }: Completion): boolean {
  return choices[0]?.finish_reason === "length";
}

function skipOf(error: unknown): AuditSkip {
  // The router, or the audit, was closed.
  if (error instanceof DOMException && error.name === "AbortError") return "closed";
  if (isRouterError(error, "budget-exceeded")) return "budget";
  if (!isRouterError(error, "no-eligible-model")) return "failed";
  const reasons = Object.values(error.reasons);
  return reasons.some((reason) => ofMoney.test(reason)) ? "budget" : "not-permitted";
}
