/**
 * Types of our own for requests and answers in the shape of OpenAI chat completions. A request that is
 * typed by the SDK `openai` 6 or 7 is accepted, and an answer can be passed on as either's type. So these
 * types differ from our others: properties and arrays are mutable, as in the SDK; optional fields of
 * requests accept `undefined` and those of answers do not; requests allow everything that one of the two
 * versions knows, and answers hold what both know, and what other providers say (`MessageExtensions`).
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
export type { Completion, CompletionChoice, CompletionMessage, UrlCitation } from "./chat/completion.ts";
export type {
  AudioPart,
  ContentPart,
  FilePart,
  ImagePart,
  PromptCacheBreakpoint,
  RefusalPart,
  TextPart,
} from "./chat/content.ts";
export type { ImageOutput, MessageExtensions } from "./chat/extensions.ts";
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
