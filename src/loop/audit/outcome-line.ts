import type { ArmAssignment, Attempt, ChatRequest, Completion, Json, Model } from "../../contracts/index.ts";
import { answeringAttempt } from "../../plugin/answering-attempt.ts";
import { sizeOf } from "../../plugin/size-of.ts";
import type { DecidedBecause } from "../promise/audited-record.ts";
import { type AuditJob, ownersOf } from "./audit-job.ts";
import type { ResolvedAuditOptions } from "./audit-options.ts";
import type { Compared } from "./compare-answers.ts";
import { decidedBecause } from "./decided-because.ts";

/** Longest line of a record, in characters: readers refuse one of 16 MiB. */
export const longestLine = 4_000_000;

/** Facts of the audit in a record, as `metadata.audit`. */
export interface AuditMetadata {
  readonly decisionId: string;
  /** Probability with which the record was made: its inverse is the record's weight. */
  readonly probability: number;
  readonly because: DecidedBecause;
  /** Names of the model whose answer the caller got, and of the reference. */
  readonly answered: string;
  readonly reference: string;
  /** Quality of the reference minus that of the caller's answer. */
  readonly loss: number;
  /** True if the reference answered the caller, and the other model was asked for training alone. */
  readonly trained?: true | undefined;
  readonly scorer: string;
  readonly propensity: number;
  readonly release?: string | undefined;
  readonly arms?: readonly ArmAssignment[] | undefined;
  /** Cost of the audit of this request, in US dollars. */
  readonly costUsd: number;
  /** Start of the day of the audit's budget, in milliseconds since the epoch, and what was spent on it. */
  readonly day: number;
  readonly daySpentUsd: number;
}

export interface OutcomeParts {
  readonly job: AuditJob;
  readonly compared: Extract<Compared, { skipped?: undefined }>;
  /** Model that was asked as well. */
  readonly other: Model;
  readonly costUsd: number;
  readonly day: number;
  readonly daySpentUsd: number;
}

export interface OutcomeLine {
  readonly line: string;
  readonly loss: number;
  /** Quality of the caller's answer. */
  readonly quality: number;
}

/** Writes an audited request as a line of an outcome file. `reference`: name of the reference model. */
export function outcomeLine(
  { job, compared, other, costUsd, day, daySpentUsd }: OutcomeParts,
  { prompts, hash, scorer, trainingShare }: ResolvedAuditOptions,
  reference: string,
): OutcomeLine {
  const { event, request, answer, isReference, probability } = job;
  const { decision, attempts } = event;
  const { score } = compared;
  const call = answeringAttempt(attempts);
  const answered = call?.name ?? "";
  const own = isReference ? score.quality : score.referenceQuality;
  const others = isReference ? score.referenceQuality : score.quality;
  const loss = isReference ? score.referenceQuality - score.quality : 0;
  const audit: AuditMetadata = {
    decisionId: decision.id,
    probability: isReference ? probability : probability * trainingShare,
    because: decidedBecause(decision, attempts),
    answered,
    reference,
    loss,
    ...(isReference ? {} : { trained: true }),
    scorer: scorer.name,
    propensity: decision.propensity,
    release: decision.release,
    arms: decision.arms,
    costUsd,
    day,
    daySpentUsd,
  };
  const storesText = prompts === "store";
  const { unit: session, tenant, category } = ownersOf(decision, hash);
  const line = JSON.stringify({
    id: decision.id,
    ...(storesText ? textOf(request) : hashOf(request, hash)),
    category,
    language: decision.request.language,
    step: decision.request.step?.kind,
    session,
    tenant,
    at: decision.at,
    metadata: { audit },
    outcomes: Object.fromEntries([
      [answered, outcomeOf(answer, call, own, storesText)],
      [other.name, outcomeOf(compared.other, compared.call, others, storesText)],
    ]),
  });
  return { line, loss, quality: own };
}

/**
 * Returns the length of the texts that a line would hold, or any number above `most`: found without writing them, which
 * takes seconds for some.
 */
export function textLength(
  { messages, tools }: ChatRequest,
  answers: readonly Completion[],
  most: number,
): number {
  const written = answers.map(({ choices }) => {
    const { content, tool_calls: calls } = choices[0]?.message ?? {};
    return [content, calls];
  });
  // Images and arguments of tools are text in a line as well.
  return sizeOf([messages, tools, written], most);
}

function textOf({ messages, tools }: ChatRequest): Readonly<Record<string, unknown>> {
  const [only] = messages;
  const isPrompt = messages.length === 1 && only?.role === "user" && typeof only.content === "string";
  return { ...(isPrompt ? { prompt: only.content } : { messages }), tools };
}

/** Without a text, equal requests are one question by their group. */
function hashOf({ messages }: ChatRequest, hash: (text: string) => string): Readonly<Record<string, string>> {
  const promptHash = hash(JSON.stringify(messages));
  return { prompt: "", promptHash, group: promptHash };
}

function outcomeOf(
  { choices }: Completion,
  call: Attempt | undefined,
  quality: number,
  storesText: boolean,
): Readonly<Record<string, Json | undefined>> {
  const { message, finish_reason: finishReason } = choices[0] ?? {};
  const content: unknown = message?.content;
  const calls = message?.tool_calls;
  const text = storesText
    ? {
        ...(typeof content === "string" ? { answer: content } : {}),
        ...(calls !== undefined && calls.length > 0 ? { toolCalls: calls as unknown as Json } : {}),
      }
    : {};
  // An answer from the cache cost nothing, which says nothing about its model.
  const { usage, costUsd, latencyMs, servedModel } =
    call === undefined || call.cached !== undefined ? noCall : call;
  return {
    quality,
    ...text,
    costUsd,
    inputTokens: usage?.inputTokens,
    outputTokens: usage?.outputTokens,
    cachedTokens: usage?.cachedInputTokens,
    latencyMs,
    finishReason: typeof finishReason === "string" && wordOnly.test(finishReason) ? finishReason : undefined,
    servedModel,
  };
}

const noCall: Partial<Attempt> = {};
/** Reasons of providers. A server that writes a text in place of one would have it kept where no text is to be. */
const wordOnly = /^\w{1,40}$/;
