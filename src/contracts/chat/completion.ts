import type { CompletionUsage, FinishReason, Logprobs, Moderation, ServiceTier } from "./answer-parts.ts";
import type { FunctionCall, ToolCall } from "./tools.ts";

/** The message of an answer. It can be sent back as a message of the next request. */
export interface CompletionMessage {
  role: "assistant";
  /** Null where the answer is a call of tools, or a refusal. */
  content: string | null;
  /** The words in which the model refused to answer. */
  refusal: string | null;
  tool_calls?: ToolCall[];
  /** Sources that the text cites. */
  annotations?: UrlCitation[];
  audio?: SpokenAnswer | null;
  /** @deprecated Replaced by `tool_calls`. */
  function_call?: FunctionCall | null;
}

interface UrlCitation {
  type: "url_citation";
  url_citation: {
    /** The citation as a range of `content`. */
    start_index: number;
    end_index: number;
    title: string;
    url: string;
  };
}

interface SpokenAnswer {
  id: string;
  /** In base64. */
  data: string;
  /** Unix time in seconds: until then the next request may name it by its id. */
  expires_at: number;
  transcript: string;
}

/** One of the answers of a completion. The router asks for one. */
export interface CompletionChoice {
  index: number;
  message: CompletionMessage;
  finish_reason: FinishReason;
  logprobs: Logprobs | null;
}

/** A whole answer. `completion.model` is what the provider said it was, not the router's id. */
export interface Completion {
  id: string;
  object: "chat.completion";
  /** Unix time in seconds. */
  created: number;
  model: string;
  choices: CompletionChoice[];
  usage?: CompletionUsage;
  service_tier?: ServiceTier | null;
  /** Names the configuration that answered: with another one, a `seed` may give another answer. */
  system_fingerprint?: string;
  /** As the request had it. */
  metadata?: { [key: string]: string } | null;
  moderation?: Moderation | null;
}
