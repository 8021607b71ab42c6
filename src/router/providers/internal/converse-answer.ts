import {
  type Completion,
  type CompletionUsage,
  type FinishReason,
  ProviderError,
} from "../../../contracts/index.ts";
import { fieldsOf, isObject } from "../../../plugin/fields-of.ts";
import { nodeCrypto } from "../../../plugin/node-crypto.ts";
import type { AnswerContext } from "./anthropic-answer.ts";
import {
  annotationsOf,
  blocksOf,
  callOf,
  hasPlace,
  imageOf,
  reasoningTextOf,
  textOf,
  thinkingOf,
} from "./converse-blocks.ts";
import type { ConverseAnswer, ConverseBlock, ConverseMetadata } from "./converse-wire.ts";
import { incomplete, keepingText } from "./incomplete.ts";
import { tokenCount, usageOfCounts } from "./token-count.ts";

export interface ConverseContext extends AnswerContext {
  /** Id of the model. The answer does not say it. */
  readonly model: string;
}

type Message = Completion["choices"][number]["message"];

/** Translates a whole answer of Converse. Throws `ProviderError` (`incomplete`) if it is not a finished message. */
export function toCompletion(body: unknown, context: ConverseContext): Completion {
  const answer = fieldsOf(body) as ConverseAnswer;
  const content = answer.output?.message?.content;
  if (!Array.isArray(content)) throw incomplete(context.name, "the answer is not one of Converse");
  const blocks = blocksOf(content);
  const text = blocks.map(textOf).join("");
  const usage = toUsage(answer);
  const end = keepingText(text, usage, () => toFinish(answer.stopReason, text, context));
  const calls = blocks.flatMap((block) => callOf(block) ?? []);
  const isSilent = text === "" && !blocks.some((block) => typeof block.text === "string");
  const message: Message = {
    role: "assistant",
    content: isSilent ? null : text,
    refusal: null,
    ...(calls.length > 0 && { tool_calls: calls }),
    ...extrasOf(blocks, context),
    ...metadataOf(answer),
  };
  return {
    id: nodeCrypto().randomUUID(),
    object: "chat.completion",
    created: context.created,
    model: servedName(answer) ?? context.model,
    choices: [{ index: 0, message, ...end, logprobs: null }],
    ...(usage && { usage }),
  };
}

function extrasOf(blocks: readonly ConverseBlock[], { writer }: ConverseContext): Partial<Message> {
  const reasoning = blocks.map(reasoningTextOf).join("");
  const thinking = blocks.flatMap((block) => thinkingOf(block) ?? []);
  const images = blocks.flatMap((block) => imageOf(block) ?? []);
  const parts = partsOf(blocks);
  let at = 0;
  const annotations = blocks.flatMap((block) => {
    const start = at;
    at += textOf(block).length;
    return annotationsOf(block, start, at);
  });
  return {
    ...(reasoning !== "" && { reasoning_content: reasoning }),
    ...(thinking.length > 0 && { thinking_blocks: thinking }),
    ...(images.length > 0 && { images }),
    ...(annotations.length > 0 && { annotations }),
    ...(parts !== undefined && { provider_parts: parts }),
    ...((reasoning !== "" || thinking.length > 0 || parts !== undefined) && { written_by: writer }),
  };
}

/** Returns all blocks if one of them says something that has no place in a message. */
export function partsOf(blocks: readonly ConverseBlock[]): { [field: string]: unknown }[] | undefined {
  return blocks.every(hasPlace) ? undefined : blocks.map((block) => ({ ...block }));
}

/** Maps, because the reason comes from the server and could be "constructor". */
const finishReasons: ReadonlyMap<unknown, FinishReason> = new Map([
  ["end_turn", "stop"],
  ["stop_sequence", "stop"],
  ["max_tokens", "length"],
  ["model_context_window_exceeded", "length"],
  ["tool_use", "tool_calls"],
  ["guardrail_intervened", "content_filter"],
  ["content_filtered", "content_filter"],
]);

/** Reasons that a finish reason says as well. */
const plainReasons: ReadonlySet<unknown> = new Set(["end_turn", "stop_sequence", "max_tokens", "tool_use"]);

export interface Finish {
  readonly finish_reason: FinishReason;
  readonly native_finish_reason?: string;
}

/**
 * Translates the reason of an end. Throws `ProviderError` (`incomplete`) for an answer without one, and for one that the
 * model wrote wrong, whose text it keeps. An unknown reason counts as an end.
 */
export function toFinish(reason: unknown, text: string, { name }: Pick<ConverseContext, "name">): Finish {
  if (typeof reason !== "string" || reason === "") throw incomplete(name, "the answer has no stop reason");
  if (reason === "malformed_model_output" || reason === "malformed_tool_use")
    throw new ProviderError({
      kind: "incomplete",
      model: name,
      summary: `the model wrote an answer that cannot be read (${reason})`,
      detail: text,
    });
  return {
    finish_reason: finishReasons.get(reason) ?? "stop",
    ...(!plainReasons.has(reason) && { native_finish_reason: reason.slice(0, longestName) }),
  };
}

const longestName = 64;

/** Converts the counts: OpenAI includes cached input in the input, Converse counts it separately. */
export function toUsage({
  usage,
  serviceTier,
  performanceConfig,
}: ConverseMetadata): CompletionUsage | undefined {
  if (!isObject(usage)) return undefined;
  const { inputTokens, outputTokens, cacheReadInputTokens: read, cacheWriteInputTokens: write } = usage;
  const [cached, written] = [tokenCount(read), tokenCount(write)];
  const plain = tokenCount(inputTokens);
  const counts = usageOfCounts({
    input: plain === undefined ? undefined : plain + (cached ?? 0) + (written ?? 0),
    output: tokenCount(outputTokens),
    cached,
    written,
    reasoning: undefined,
  });
  const tier = tierOf(serviceTier?.type, performanceConfig?.latency);
  const written1h = blocksOf(usage["cacheDetails"]).reduce((sum, detail) => {
    const { ttl, inputTokens: count } = fieldsOf(detail);
    return ttl === "1h" ? sum + (tokenCount(count) ?? 0) : sum;
  }, 0);
  if (counts === undefined) return undefined;
  return {
    ...counts,
    ...(tier !== undefined && { service_tier: tier }),
    ...(written1h > 0 && {
      prompt_tokens_details: {
        ...counts.prompt_tokens_details,
        cache_creation_token_details: { ephemeral_1h_input_tokens: written1h },
      },
    }),
  };
}

/** Returns the class of service where it is not the standard one: a tier, or lower latency, which has prices of its own. */
function tierOf(tier: unknown, latency: unknown): string | undefined {
  if (typeof tier === "string" && tier !== "default") return tier.slice(0, longestName);
  return latency === "optimized" ? "optimized-latency" : undefined;
}

/** Returns what is said about an answer and has no other place: what a guardrail found, fields of the model. */
export function metadataOf({
  trace,
  performanceConfig,
  additionalModelResponseFields: fields,
}: ConverseMetadata): Pick<Message, "provider_metadata"> {
  const kept = {
    ...(isObject(trace) && { trace }),
    ...(isObject(performanceConfig) && { performanceConfig }),
    ...(fields !== undefined && fields !== null && { additionalModelResponseFields: fields }),
  };
  return Object.keys(kept).length === 0 ? {} : { provider_metadata: kept };
}

/** Returns the model that a router of prompts has chosen. */
export function servedName({ trace }: ConverseMetadata): string | undefined {
  const id = fieldsOf(fieldsOf(trace)["promptRouter"])["invokedModelId"];
  return typeof id === "string" && id !== "" ? id.slice(id.lastIndexOf("/") + 1) : undefined;
}
