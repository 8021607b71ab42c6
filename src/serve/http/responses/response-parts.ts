import type {
  CompletionMessage,
  CompletionUsage,
  FinishReason,
  ImageOutput,
} from "../../../contracts/index.ts";
import { urlCitations } from "../../../plugin/answer/answer-lists.ts";
import { type Fields, fieldsOf } from "../fields.ts";
import { contentOfExtensions, type WrittenExtensions } from "./written-extensions.ts";

/** An item of a response's output. */
export type OutputItem = { readonly type: string; readonly id: string } & Fields;

/** Facts of a response that are known from its beginning. */
export interface ResponseHead {
  readonly id: string;
  /** Seconds since the epoch. */
  readonly created: number;
  /** Name that the client asked for. */
  readonly model: string;
  /** Body of the request, whose settings a response repeats. */
  readonly body: Fields;
}

export interface ResponseEnd {
  readonly finish: FinishReason;
  readonly usage?: CompletionUsage | null | undefined;
  /** Class of service that answered. Absent: it is not known. */
  readonly tier?: string | null | undefined;
}

/** A function shows all its fields. */
function offeredTool(tool: unknown): unknown {
  const fields = fieldsOf(tool);
  return fields["type"] === "function"
    ? { description: null, parameters: null, strict: null, ...fields }
    : tool;
}

/** Returns a whole response, with each field that OpenAI's schema or that of Open Responses (2026-04-24) requires. */
export function responseOf(
  { id, created, model, body }: ResponseHead,
  output: readonly OutputItem[],
  end: ResponseEnd | undefined,
): Fields {
  const reason = end && incompleteReason(end.finish);
  const status = end === undefined ? "in_progress" : reason === undefined ? "completed" : "incomplete";
  return {
    id: `resp_${id}`,
    object: "response",
    created_at: created,
    completed_at: status === "completed" ? Math.floor(Date.now() / 1_000) : null,
    status,
    background: false,
    error: null,
    incomplete_details: reason === undefined ? null : { reason },
    instructions: body["instructions"] ?? null,
    max_output_tokens: body["max_output_tokens"] ?? null,
    max_tool_calls: body["max_tool_calls"] ?? null,
    model,
    output,
    parallel_tool_calls: body["parallel_tool_calls"] ?? true,
    previous_response_id: null,
    frequency_penalty: body["frequency_penalty"] ?? 0,
    presence_penalty: body["presence_penalty"] ?? 0,
    prompt_cache_key: body["prompt_cache_key"] ?? null,
    reasoning: { effort: null, summary: null, ...fieldsOf(body["reasoning"]) },
    safety_identifier: body["safety_identifier"] ?? null,
    service_tier: end?.tier ?? "default",
    // Answers are not kept, whatever was asked: what is stateful is refused.
    store: false,
    temperature: body["temperature"] ?? 1,
    text: { format: { type: "text" }, ...fieldsOf(body["text"]) },
    tool_choice: body["tool_choice"] ?? "auto",
    tools: Array.isArray(body["tools"]) ? body["tools"].map(offeredTool) : [],
    top_logprobs: body["top_logprobs"] ?? 0,
    top_p: body["top_p"] ?? 1,
    truncation: "disabled",
    usage: end?.usage ? usageOf(end.usage) : null,
    user: body["user"] ?? null,
    metadata: body["metadata"] ?? {},
  };
}

function incompleteReason(finish: FinishReason): string | undefined {
  if (finish === "length") return "max_output_tokens";
  return finish === "content_filter" ? "content_filter" : undefined;
}

function usageOf(usage: CompletionUsage): Fields {
  return {
    input_tokens: usage.prompt_tokens,
    input_tokens_details: {
      cached_tokens: usage.prompt_tokens_details?.cached_tokens ?? 0,
      cache_write_tokens: usage.prompt_tokens_details?.cache_write_tokens ?? 0,
    },
    output_tokens: usage.completion_tokens,
    output_tokens_details: { reasoning_tokens: usage.completion_tokens_details?.reasoning_tokens ?? 0 },
    total_tokens: usage.total_tokens,
  };
}

/** Facts of a message in addition to its text. */
export interface TextFacts {
  readonly annotations?: CompletionMessage["annotations"];
  readonly phase?: CompletionMessage["phase"];
}

export function textItem(
  id: string,
  text: string,
  status: "completed" | "in_progress",
  { annotations, phase }: TextFacts = {},
): OutputItem {
  const content = status === "in_progress" ? [] : [textContent(text, annotations)];
  return { type: "message", id, status, role: "assistant", content, ...(phase && { phase }) };
}

export function textContent(text: string, annotations: TextFacts["annotations"] = []): Fields {
  return {
    type: "output_text",
    text,
    annotations: urlCitations(annotations).map(annotationOf),
    logprobs: [],
  };
}

/** A citation is flat here, and that of a file has a form of its own. */
export function annotationOf({ url_citation: cited }: NonNullable<TextFacts["annotations"]>[number]): Fields {
  const { url, title, start_index: index } = cited;
  if (!url.startsWith("file:")) return { type: "url_citation", ...cited };
  return { type: "file_citation", file_id: url.slice("file:".length), filename: title, index };
}

export function refusalItem(id: string, refusal: string): OutputItem {
  const content = [{ type: "refusal", refusal }];
  return { type: "message", id, status: "completed", role: "assistant", content };
}

/**
 * Returns the thinking of an answer, and what else its writer alone can read: it comes back with the next request. Undefined
 * if there is none.
 */
export function reasoningItem(id: string, extensions: WrittenExtensions): OutputItem | undefined {
  const encrypted = contentOfExtensions(extensions);
  return encrypted === undefined
    ? undefined
    : { type: "reasoning", id, summary: [], encrypted_content: encrypted };
}

/** Returns an image that a model made, as the item of the tool that makes them. Undefined for one that is an address. */
export function imageItem(id: string, { image_url: { url } }: ImageOutput): OutputItem | undefined {
  const [, format, result] = /^data:image\/([\w.+-]+);base64,(.*)$/s.exec(url) ?? [];
  if (result === undefined) return undefined;
  return { type: "image_generation_call", id, status: "completed", output_format: format, result };
}

export interface CallParts {
  readonly kind: "function" | "custom";
  readonly callId: string;
  readonly name: string;
  /** Arguments of a function, input of a custom tool. */
  readonly text: string;
}

export function callItem(
  id: string,
  { kind, callId, name, text }: CallParts,
  status: "completed" | "in_progress",
): OutputItem {
  return kind === "function"
    ? { type: "function_call", id, call_id: callId, name, arguments: text, status }
    : { type: "custom_tool_call", id, call_id: callId, name, input: text, status };
}
