import { AIMessageChunk, type UsageMetadata } from "@langchain/core/messages";
import { ChatGenerationChunk, type ChatResult } from "@langchain/core/outputs";
import type { CompletionChunk, CompletionUsage, RouteResult, ToolCall } from "../../../contracts/index.ts";
import { explanationField } from "../../http/explanation.ts";
import { type WrittenData, writtenData } from "./chat-of-messages.ts";

/** Its type knows neither optional usage nor metadata of ours. */
type ChunkFields = Exclude<ConstructorParameters<typeof AIMessageChunk>[0], string | readonly unknown[]>;

/** Converts the counts; undefined if they are not known. */
export function usageMetadata(usage: CompletionUsage | null | undefined): UsageMetadata | undefined {
  if (usage === undefined || usage === null) return undefined;
  const { cached_tokens: read, cache_write_tokens: written } = usage.prompt_tokens_details ?? {};
  const reasoning = usage.completion_tokens_details?.reasoning_tokens;
  return {
    input_tokens: usage.prompt_tokens,
    output_tokens: usage.completion_tokens,
    total_tokens: usage.total_tokens,
    input_token_details: {
      ...(read !== undefined && { cache_read: read }),
      ...(written !== undefined && { cache_creation: written }),
    },
    ...(reasoning !== undefined && { output_token_details: { reasoning } }),
  };
}

/** Returns the model that answered, the reason of the end, and the decision. */
function responseMetadata({ completion, decision, costUsd }: RouteResult): Record<string, unknown> {
  return {
    model: completion.model,
    model_name: completion.model,
    model_provider: "switchpoint",
    finish_reason: completion.choices[0]?.finish_reason,
    ...explanationField(decision, costUsd),
  };
}

function additional(message: object | undefined): Record<string, unknown> {
  const data: WrittenData | undefined = message === undefined ? undefined : writtenData(message);
  return data === undefined ? {} : { switchpoint: data };
}

/**
 * Returns a whole answer, as a chunk: the structured output of LangChain takes nothing else. Arguments that are not JSON
 * become `invalid_tool_calls`.
 */
export function chatResult(result: RouteResult): ChatResult {
  const { completion } = result;
  const message = completion.choices[0]?.message;
  const text = message?.content ?? message?.refusal ?? "";
  const calls = (message?.tool_calls ?? []).map(readCall);
  const usage = usageMetadata(completion.usage);
  const fields = {
    content: text,
    id: completion.id,
    tool_calls: calls.flatMap(({ call }) => call ?? []),
    response_metadata: responseMetadata(result),
    additional_kwargs: additional(message),
    ...(usage !== undefined && { usage_metadata: usage }),
  };
  const said = new AIMessageChunk(fields as ChunkFields);
  // The constructor of a chunk ignores them.
  said.invalid_tool_calls = calls.flatMap(({ invalid }) => invalid ?? []);
  return { generations: [{ text, message: said }] };
}

function readCall(given: ToolCall): {
  readonly call?: { id: string; name: string; args: Record<string, unknown>; type: "tool_call" };
  readonly invalid?: { id: string; name: string; args: string; error: string; type: "invalid_tool_call" };
} {
  const { id } = given;
  const [name, json] =
    given.type === "function"
      ? [given.function.name, given.function.arguments || "{}"]
      : [given.custom.name, JSON.stringify({ input: given.custom.input })];
  try {
    const args: unknown = JSON.parse(json);
    if (typeof args === "object" && args !== null && !Array.isArray(args))
      return { call: { id, name, args: args as Record<string, unknown>, type: "tool_call" } };
  } catch {
    // Told below.
  }
  const error = "the arguments are not an object of JSON";
  return { invalid: { id, name, args: json, error, type: "invalid_tool_call" } };
}

/** Returns a piece of an answer; undefined if there is nothing in it that LangChain shows. */
export function generationChunk(chunk: CompletionChunk): ChatGenerationChunk | undefined {
  const delta = chunk.choices[0]?.delta;
  const text = delta?.content || delta?.refusal || "";
  const calls = delta?.tool_calls ?? [];
  if (text === "" && calls.length === 0) return undefined;
  const message = new AIMessageChunk({
    content: text,
    id: chunk.id,
    tool_call_chunks: calls.map(({ index, id, function: called, custom }) => {
      const name = (called ?? custom)?.name;
      return {
        index,
        type: "tool_call_chunk" as const,
        ...(id !== undefined && { id }),
        ...(name !== undefined && { name }),
        // The text of a custom tool is one argument, which is JSON only when it is whole: see `lastChunk`.
        ...(called?.arguments !== undefined && { args: called.arguments }),
      };
    }),
  });
  return new ChatGenerationChunk({ text, message });
}

/** Returns the last piece: usage, decision, and what only the writer reads. */
export function lastChunk(result: RouteResult): ChatGenerationChunk {
  const { completion } = result;
  const usage = usageMetadata(completion.usage);
  const calls = completion.choices[0]?.message.tool_calls ?? [];
  const inputs = calls.flatMap((call, index) =>
    call.type === "custom"
      ? [{ index, type: "tool_call_chunk" as const, args: JSON.stringify({ input: call.custom.input }) }]
      : [],
  );
  const fields = {
    content: "",
    id: completion.id,
    ...(inputs.length > 0 && { tool_call_chunks: inputs }),
    response_metadata: responseMetadata(result),
    additional_kwargs: additional(completion.choices[0]?.message),
    ...(usage !== undefined && { usage_metadata: usage }),
  };
  const message = new AIMessageChunk(fields as ChunkFields);
  return new ChatGenerationChunk({ text: "", message });
}
