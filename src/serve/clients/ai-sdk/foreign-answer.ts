import type { CompletionUsage, FinishReason } from "../../../contracts/index.ts";
import { tokenCount, usageOfCounts } from "../../../router/providers/internal/inner.ts";
import type { ProviderData } from "./wire.ts";

/** Parts of answers of models of specification V2 to V4, as far as they are read. */
export interface ForeignPart {
  readonly type?: unknown;
  readonly id?: unknown;
  readonly text?: unknown;
  readonly delta?: unknown;
  readonly toolCallId?: unknown;
  readonly toolName?: unknown;
  readonly input?: unknown;
  readonly providerExecuted?: unknown;
  readonly providerMetadata?: ProviderData;
  readonly timestamp?: unknown;
  readonly modelId?: unknown;
  readonly finishReason?: unknown;
  readonly usage?: unknown;
  readonly error?: unknown;
}

/** Id, time and model of an answer: of the provider's, else of our own. */
export interface AnswerHead {
  readonly id: string;
  /** Seconds since the epoch. */
  readonly created: number;
  readonly model: string;
}

/** Reads the head of an answer; what is absent is taken from `before`. */
export function headOf(part: unknown, before: AnswerHead): AnswerHead {
  const { id, timestamp, modelId } = (part ?? {}) as ForeignPart;
  const time = timestamp instanceof Date ? timestamp.getTime() : Number.NaN;
  return {
    id: typeof id === "string" && id !== "" ? id : before.id,
    created: Number.isFinite(time) ? Math.floor(time / 1_000) : before.created,
    model: typeof modelId === "string" && modelId !== "" ? modelId : before.model,
  };
}

const finishReasons: ReadonlyMap<unknown, FinishReason> = new Map([
  ["stop", "stop"],
  ["length", "length"],
  ["tool-calls", "tool_calls"],
  ["content-filter", "content_filter"],
  ["other", "stop"],
  ["unknown", "stop"],
]);

/** Returns why the answer ended; undefined if it did not end, or failed. */
export function finishOf(reason: unknown): FinishReason | undefined {
  const unified =
    typeof reason === "object" && reason !== null ? (reason as { unified?: unknown }).unified : reason;
  return finishReasons.get(unified);
}

/** Converts the counts: objects in V3 and later, plain numbers in V2. A count that was not told is left out. */
export function completionUsage(usage: unknown): CompletionUsage | undefined {
  if (typeof usage !== "object" || usage === null) return undefined;
  const { inputTokens, outputTokens, cachedInputTokens, reasoningTokens } = usage as Readonly<
    Record<string, unknown>
  >;
  const inputParts = partsOf(inputTokens);
  const outputParts = partsOf(outputTokens);
  const input = tokenCount(inputParts?.["total"] ?? inputTokens);
  const output = tokenCount(outputParts?.["total"] ?? outputTokens);
  const cached = tokenCount(inputParts?.["cacheRead"] ?? cachedInputTokens);
  const written = tokenCount(inputParts?.["cacheWrite"]);
  const reasoning = tokenCount(outputParts?.["reasoning"] ?? reasoningTokens);
  return usageOfCounts({ input, output, cached, written, reasoning });
}

function partsOf(value: unknown): Readonly<Record<string, unknown>> | undefined {
  return typeof value === "object" && value !== null
    ? (value as Readonly<Record<string, unknown>>)
    : undefined;
}

/** A block of thinking whose signature is the data of the provider, as JSON. */
export function thinkingBlock(text: string, data: ProviderData): object {
  return { type: "thinking", thinking: text, signature: JSON.stringify(data) };
}

/** Returns the fields of a tool call that hold the data of its provider. */
export function callData(data: ProviderData | undefined): object {
  return data === undefined ? {} : { extra_content: { ai_sdk: data } };
}
