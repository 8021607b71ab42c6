/**
 * Requests and answers in the shape of OpenAI chat completions, in types of our own. A request may be
 * typed by the SDK `openai` 6 or 7, and an answer fits where either wants its own type. Hence what
 * differs from our other types: properties and arrays can be written, as in the SDK; optional fields of
 * requests take `undefined`, those of answers do not; requests allow what either version knows, and
 * answers hold what both know.
 */
export type {
  CompletionUsage,
  FinishReason,
  Logprobs,
  Moderation,
  ServiceTier,
  TokenLogprob,
  TopLogprob,
} from "./chat/answer-parts.ts";
export type { ChunkChoice, ChunkDelta, CompletionChunk, ToolCallDelta } from "./chat/chunk.ts";
export type { Completion, CompletionChoice, CompletionMessage } from "./chat/completion.ts";
export type {
  AudioPart,
  ContentPart,
  FilePart,
  ImagePart,
  PromptCacheBreakpoint,
  RefusalPart,
  TextPart,
} from "./chat/content.ts";
export type {
  AssistantMessage,
  ChatMessage,
  DeveloperMessage,
  FunctionMessage,
  SystemMessage,
  ToolMessage,
  UserMessage,
} from "./chat/messages.ts";
export type { ChatRequest, ReasoningEffort } from "./chat/request.ts";
export type { ResponseFormat } from "./chat/response-format.ts";
export type {
  ChatTool,
  CustomTool,
  CustomToolCall,
  FunctionCall,
  FunctionDefinition,
  FunctionTool,
  FunctionToolCall,
  JsonSchema,
  ToolCall,
  ToolChoice,
} from "./chat/tools.ts";
