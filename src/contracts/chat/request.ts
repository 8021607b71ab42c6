import type { TextPart } from "./content.ts";
import type { ChatMessage } from "./messages.ts";
import type { ResponseFormat } from "./response-format.ts";
import type { ChatTool, JsonSchema, ToolChoice } from "./tools.ts";

/** Amount of thinking before the answer. Not every model knows every value. */
export type ReasoningEffort = "none" | "minimal" | "low" | "medium" | "high" | "xhigh" | "max";

/**
 * Request to a model in the shape of OpenAI chat completions, without the fields that the router or the
 * adapter decides (`model`, `stream`, `stream_options`). A field that is `null` or absent has the
 * provider's default.
 *
 * It is a type and not an interface so that it is assignable to `Record<string, unknown>`.
 */
export type ChatRequest = {
  /** Conversation so far, oldest message first. */
  messages: ChatMessage[];

  /** Largest number of tokens of the answer, including reasoning. */
  max_completion_tokens?: number | null | undefined;
  /** Older name of `max_completion_tokens`, the one that most servers except OpenAI's know. */
  max_tokens?: number | null | undefined;
  /** Texts (at most 4) at which the answer ends. The answer does not include them. */
  stop?: string | string[] | null | undefined;
  /** Randomness of the answer, in [0, 2]. */
  temperature?: number | null | undefined;
  /** Share of the probability mass that tokens are drawn from, in (0, 1]. */
  top_p?: number | null | undefined;
  /** Penalty for tokens by how often they have occurred, in [-2, 2]. */
  frequency_penalty?: number | null | undefined;
  /** Penalty for tokens that have occurred at all, in [-2, 2]. */
  presence_penalty?: number | null | undefined;
  /** Number in [-100, 100] that is added to the logit of a token, by token id. */
  logit_bias?: { [token: string]: number } | null | undefined;
  /** Seed of the sampling: the same one gives the same answer, as far as the provider can. */
  seed?: number | null | undefined;
  /** Number of answers. The router refuses more than one. */
  n?: number | null | undefined;

  reasoning_effort?: ReasoningEffort | null | undefined;
  /** Length and detail of the answer. */
  verbosity?: "low" | "medium" | "high" | null | undefined;
  /** Form of the answer. Default: text. */
  response_format?: ResponseFormat | undefined;
  /** Text that the answer will mostly repeat, such as a file to be edited. It makes the answer faster. */
  prediction?: { type: "content"; content: string | TextPart[] } | null | undefined;

  tools?: ChatTool[] | undefined;
  /** Rule for which tools the model calls. Default: `auto` if there are tools. */
  tool_choice?: ToolChoice | undefined;
  /** False if the model may only call one tool at a time. */
  parallel_tool_calls?: boolean | undefined;

  /** True if the answer comes with the log-probabilities of its tokens. */
  logprobs?: boolean | null | undefined;
  /** Number of likely tokens that are listed at each place, in [0, 20]. Needs `logprobs`. */
  top_logprobs?: number | null | undefined;

  /** Key of the prompt cache: requests with the same key reach the same one. */
  prompt_cache_key?: string | null | undefined;
  prompt_cache_options?: { mode?: "implicit" | "explicit" | undefined; ttl?: "30m" | undefined } | undefined;
  /** @deprecated Replaced by `prompt_cache_options`. */
  prompt_cache_retention?: "in_memory" | "24h" | null | undefined;

  /** Class of service of the provider, each with its price and speed. */
  service_tier?: "auto" | "default" | "flex" | "scale" | "priority" | "fast" | null | undefined;
  /** True if the provider keeps the answer. */
  store?: boolean | null | undefined;
  /** Data that is kept with it: at most 16 keys of 64 characters, with values of 512 characters. */
  metadata?: { [key: string]: string } | null | undefined;
  /** Hash that stands for the end user, by which the provider detects abuse. */
  safety_identifier?: string | null | undefined;
  /** @deprecated Replaced by `safety_identifier` and `prompt_cache_key`. */
  user?: string | undefined;
  /** Moderation model that judges the request and its answer. */
  moderation?:
    | {
        model: string;
        policy?:
          | {
              input?: { mode: "score" | "block" } | null | undefined;
              output?: { mode: "score" | "block" } | null | undefined;
            }
          | null
          | undefined;
      }
    | null
    | undefined;

  /** Kinds of output. */
  modalities?: ("text" | "audio" | "image")[] | null | undefined;
  /** Form of a spoken answer, of a model that speaks. */
  audio?:
    | { format: "wav" | "aac" | "mp3" | "flac" | "opus" | "pcm16"; voice: string | { id: string } }
    | null
    | undefined;
  /** Web search of the provider, of a model that has one. */
  web_search_options?:
    | {
        search_context_size?: "low" | "medium" | "high" | undefined;
        user_location?: { type: "approximate"; approximate: ApproximateLocation } | null | undefined;
      }
    | undefined;

  /** @deprecated Replaced by `tools`. */
  functions?:
    | { name: string; description?: string | undefined; parameters?: JsonSchema | undefined }[]
    | undefined;
  /** @deprecated Replaced by `tool_choice`. */
  function_call?: "none" | "auto" | { name: string } | undefined;
};

interface ApproximateLocation {
  city?: string | undefined;
  /** Country as two letters of ISO 3166-1. */
  country?: string | undefined;
  region?: string | undefined;
  /** Time zone by its IANA name, such as `Europe/Berlin`. */
  timezone?: string | undefined;
}
