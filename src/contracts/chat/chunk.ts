import type { CompletionUsage, FinishReason, Logprobs, Moderation, ServiceTier } from "./answer-parts.ts";

/** A piece of a tool call. The first one has `id` and name; the texts of the rest are joined to it. */
export interface ToolCallDelta {
  /** Which call it belongs to. */
  index: number;
  id?: string;
  type?: "function";
  function?: {
    name?: string;
    /** A piece of the JSON. */
    arguments?: string;
  };
}

/** What a chunk adds to the message. */
export interface ChunkDelta {
  role?: "developer" | "system" | "user" | "assistant" | "tool";
  content?: string | null;
  refusal?: string | null;
  tool_calls?: ToolCallDelta[];
  /** @deprecated Replaced by `tool_calls`. */
  function_call?: { name?: string; arguments?: string };
}

/** A piece of one of the answers. The router asks for one. */
export interface ChunkChoice {
  index: number;
  delta: ChunkDelta;
  /** Null until the last piece. */
  finish_reason: FinishReason | null;
  logprobs?: Logprobs | null;
}

/** One piece of a streamed answer. */
export interface CompletionChunk {
  /** The same in all chunks of an answer. */
  id: string;
  object: "chat.completion.chunk";
  /** Unix time in seconds; the same in all chunks of an answer. */
  created: number;
  model: string;
  /** Empty in the chunk that brings the usage. */
  choices: ChunkChoice[];
  usage?: CompletionUsage | null;
  service_tier?: ServiceTier | null;
  /** As in a whole answer. */
  system_fingerprint?: string;
  moderation?: Moderation | null;
}
