import type { CompletionUsage, FinishReason, Logprobs, Moderation, ServiceTier } from "./answer-parts.ts";
import type { UrlCitation } from "./completion.ts";
import type { MessageExtensions } from "./extensions.ts";

/** A piece of a tool call. The first piece has id and name; arguments or inputs of all pieces are joined. */
export interface ToolCallDelta {
  /** Index of the call that the piece belongs to. */
  index: number;
  id?: string;
  /** `custom` for a call of a custom tool, which OpenAI's types of chunks do not know. */
  type?: "function";
  function?: {
    name?: string;
    /** Piece of the JSON text. */
    arguments?: string;
  };
  /** Call of a custom tool, in place of `function`. */
  custom?: { name?: string; input?: string };
}

/** Addition of a chunk to the message. */
export interface ChunkDelta extends MessageExtensions {
  role?: "developer" | "system" | "user" | "assistant" | "tool";
  content?: string | null;
  refusal?: string | null;
  tool_calls?: ToolCallDelta[];
  /** Sources that the text cites, as in `CompletionMessage`. */
  annotations?: UrlCitation[];
  /** Piece of a spoken answer: sound and transcript of all pieces are joined. */
  audio?: { id?: string; data?: string; transcript?: string; expires_at?: number };
  /** @deprecated Replaced by `tool_calls`. */
  function_call?: { name?: string; arguments?: string };
}

/** A piece of one of the answers. The router asks for only one. */
export interface ChunkChoice {
  index: number;
  delta: ChunkDelta;
  /** Null until the last piece. */
  finish_reason: FinishReason | null;
  /** The provider's own word for the end, where it is not `finish_reason`. */
  native_finish_reason?: string;
  logprobs?: Logprobs | null;
}

/** One piece of a streamed answer. */
export interface CompletionChunk {
  /** Id of the answer, the same in all chunks. */
  id: string;
  object: "chat.completion.chunk";
  /** Time of the answer in seconds since the epoch, the same in all chunks. */
  created: number;
  model: string;
  /** Empty in the chunk with the usage. */
  choices: ChunkChoice[];
  usage?: CompletionUsage | null;
  service_tier?: ServiceTier | null;
  /** Name of the configuration that answered, as in `Completion`. */
  system_fingerprint?: string;
  moderation?: Moderation | null;
}
