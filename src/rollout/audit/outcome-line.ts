import type {
  ArmAssignment,
  Attempt,
  ChatRequest,
  Completion,
  Decision,
  Json,
} from "../../contracts/index.ts";
import type { DecidedBecause } from "../audited-record.ts";
import type { AuditScore } from "./audit-scorer.ts";

/** What a record says of the audit, as `metadata.audit`. */
export interface AuditMetadata {
  readonly decisionId: string;
  /** Probability with which the record was made: the inverse is its weight. */
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
  /** Start of the day of the audit's budget, and what it had spent on it, in US dollars. */
  readonly day: number;
  readonly daySpentUsd: number;
}

/** An answer with the call that brought it. */
export interface AnsweredBy {
  readonly name: string;
  readonly completion: Completion;
  readonly attempt: Attempt | undefined;
  readonly quality: number;
}

export interface RecordParts {
  readonly decision: Decision;
  readonly request: ChatRequest;
  readonly answers: readonly AnsweredBy[];
  readonly metadata: AuditMetadata;
  /** Returns the keyed hash of a text. */
  readonly hash: (text: string) => string;
  /** True to write texts, false to write the hash of the request in their place. */
  readonly storesText: boolean;
}

/** Returns a line of an outcome file. */
export function outcomeLine(parts: RecordParts): string {
  const { decision, request, answers, metadata, hash, storesText } = parts;
  const { tenant, session, category, language } = decision.request;
  const text = storesText
    ? textOf(request)
    : { prompt: "", promptHash: hash(JSON.stringify(request.messages)) };
  const outcomes = answers.map((one) => [one.name, outcomeOf(one, storesText)] as const);
  return JSON.stringify({
    id: decision.id,
    ...text,
    category: category ?? decision.classification?.category,
    language,
    session: session && hash(`session ${tenant ?? ""} ${session}`),
    tenant: tenant && hash(`tenant ${tenant}`),
    // Without a text the reader would take all records for one question.
    ...(storesText ? {} : { group: (text as { promptHash: string }).promptHash }),
    at: decision.at,
    metadata: { audit: metadata },
    outcomes: Object.fromEntries(outcomes),
  });
}

function textOf({ messages, tools }: ChatRequest): Readonly<Record<string, unknown>> {
  const [only, ...others] = messages;
  const content: unknown = only?.content;
  const prompt =
    others.length === 0 && only?.role === "user" && typeof content === "string" ? content : undefined;
  return { ...(prompt === undefined ? { messages } : { prompt }), tools };
}

function outcomeOf(
  { completion, attempt, quality }: AnsweredBy,
  storesText: boolean,
): Record<string, Json | undefined> {
  const { usage, costUsd, latencyMs, servedModel, cached } = attempt ?? {};
  const message = completion.choices[0]?.message;
  const content: unknown = message?.content;
  const calls = message?.tool_calls;
  return {
    quality,
    ...(storesText && typeof content === "string" ? { answer: content } : {}),
    ...(storesText && calls !== undefined && calls.length > 0 ? { toolCalls: calls as unknown as Json } : {}),
    // An answer from the cache cost nothing, which says nothing about the model.
    ...(cached === undefined
      ? {
          costUsd,
          inputTokens: usage?.inputTokens,
          outputTokens: usage?.outputTokens,
          cachedTokens: usage?.cachedInputTokens,
          latencyMs,
        }
      : {}),
    finishReason: completion.choices[0]?.finish_reason ?? undefined,
    servedModel,
  };
}

/** Limits a score to what it may be: two numbers in [0, 1]. */
export function readScore(given: unknown): AuditScore | undefined {
  if (typeof given !== "object" || given === null) return undefined;
  const { quality, referenceQuality } = given as Partial<Record<keyof AuditScore, unknown>>;
  return isQuality(quality) && isQuality(referenceQuality) ? { quality, referenceQuality } : undefined;
}

function isQuality(value: unknown): value is number {
  return typeof value === "number" && value >= 0 && value <= 1;
}
