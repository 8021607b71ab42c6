import type { CompletionUsage, FinishReason, Logprobs, Moderation, ServiceTier } from "./answer-parts.ts";
import type { MessageExtensions } from "./extensions.ts";
import type { FunctionCall, ToolCall } from "./tools.ts";

/** Message of an answer. It can be sent back as a message of the next request. */
export interface CompletionMessage extends MessageExtensions {
  role: "assistant";
  /** Null if the model calls tools or refuses instead. */
  content: string | null;
  /** Words in which the model refused to answer. */
  refusal: string | null;
  tool_calls?: ToolCall[];
  /**
   * Sources that the text cites, of whatever provider. A source that is not a page has the address `file:<id>` or
   * `document:<index>`; its words stand in `provider_parts`.
   */
  annotations?: UrlCitation[];
  audio?: SpokenAnswer | null;
  /** @deprecated Replaced by `tool_calls`. */
  function_call?: FunctionCall | null;
}

/** A source that a text cites. */
export interface UrlCitation {
  type: "url_citation";
  url_citation: {
    /** Start of the citation in `content`. */
    start_index: number;
    end_index: number;
    title: string;
    url: string;
  };
}

/** Sound that a model made, and its words. */
export interface SpokenAnswer {
  id: string;
  /** Sound in base64. */
  data: string;
  /** End of the time in which a request may refer to it by its id, in seconds since the epoch. */
  expires_at: number;
  transcript: string;
}

/** One of the answers of a completion. The router asks for only one. */
export interface CompletionChoice {
  index: number;
  message: CompletionMessage;
  finish_reason: FinishReason;
  /** The provider's own word for the end, where it is not `finish_reason`. Empty: it gave none. */
  native_finish_reason?: string;
  logprobs: Logprobs | null;
}

/** A whole answer. `model` is the name that the provider gave, not the id in the router. */
export interface Completion {
  id: string;
  object: "chat.completion";
  /** Time of the answer in seconds since the epoch. */
  created: number;
  model: string;
  choices: CompletionChoice[];
  usage?: CompletionUsage;
  service_tier?: ServiceTier | null;
  /** Name of the configuration that answered. With another one, the same `seed` may give another answer. */
  system_fingerprint?: string;
  /** Data that the request had as its `metadata`. */
  metadata?: { [key: string]: string } | null;
  moderation?: Moderation | null;
}
