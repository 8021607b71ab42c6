import type { TextPart } from "./content.ts";
import type { ChatMessage } from "./messages.ts";
import type { ResponseFormat } from "./response-format.ts";
import type { ChatTool, JsonSchema, ToolChoice } from "./tools.ts";

/** How much a model may think before it answers. Not every model knows every value. */
export type ReasoningEffort = "none" | "minimal" | "low" | "medium" | "high" | "xhigh" | "max";

/**
 * What a model is asked, in the shape of OpenAI chat completions, without the fields that the
 * router or the adapter decides (`model`, `stream`, `stream_options`). Of `null` and absent fields
 * the provider's default holds.
 *
 * A type and not an interface, so that it is a `Record<string, unknown>` as well.
 */
export type ChatRequest = {
  /** The conversation so far, oldest message first. */
  messages: ChatMessage[];

  /** Most tokens of the answer, reasoning included. */
  max_completion_tokens?: number | null | undefined;
  /** The older name of `max_completion_tokens`, which most servers but OpenAI's know. */
  max_tokens?: number | null | undefined;
  /** Texts, at most 4, at which the answer ends. They are not part of it. */
  stop?: string | string[] | null | undefined;
  /** In [0, 2]; the higher, the more varied. */
  temperature?: number | null | undefined;
  /** Share of the probability mass that tokens are drawn from, in (0, 1]. */
  top_p?: number | null | undefined;
  /** In [-2, 2]; above 0 it makes a token the less likely, the more often it occurred. */
  frequency_penalty?: number | null | undefined;
  /** In [-2, 2]; above 0 it makes a token that occurred less likely. */
  presence_penalty?: number | null | undefined;
  /** What is added to the logit of a token, by its id, in [-100, 100]. */
  logit_bias?: { [token: string]: number } | null | undefined;
  /** Asks for the same answer to the same request, as far as the provider can. */
  seed?: number | null | undefined;
  /** Answers asked for. More than one is refused. */
  n?: number | null | undefined;

  reasoning_effort?: ReasoningEffort | null | undefined;
  /** How long answers are. */
  verbosity?: "low" | "medium" | "high" | null | undefined;
  /** Default: text. */
  response_format?: ResponseFormat | undefined;
  /** Text that much of the answer is expected to repeat, a file that is edited say: makes it faster. */
  prediction?: { type: "content"; content: string | TextPart[] } | null | undefined;

  tools?: ChatTool[] | undefined;
  /** Default: `auto` where there are tools. */
  tool_choice?: ToolChoice | undefined;
  /** False if the model may call one tool at a time only. */
  parallel_tool_calls?: boolean | undefined;

  /** Asks for the log-probabilities of the answer's tokens. */
  logprobs?: boolean | null | undefined;
  /** Likeliest tokens told at each place, in [0, 20]; needs `logprobs`. */
  top_logprobs?: number | null | undefined;

  /** Requests of the same key are sent to the same cache. */
  prompt_cache_key?: string | null | undefined;
  prompt_cache_options?: { mode?: "implicit" | "explicit" | undefined; ttl?: "30m" | undefined } | undefined;
  /** @deprecated Replaced by `prompt_cache_options`. */
  prompt_cache_retention?: "in_memory" | "24h" | null | undefined;

  /** The provider's class of service, which has its own price and speed. */
  service_tier?: "auto" | "default" | "flex" | "scale" | "priority" | "fast" | null | undefined;
  /** Keeps the answer at the provider. */
  store?: boolean | null | undefined;
  /** What is kept with it: at most 16 keys of 64 characters, values of 512. */
  metadata?: { [key: string]: string } | null | undefined;
  /** Names the end user to the provider, for its watch over abuse: a hash, no name. */
  safety_identifier?: string | null | undefined;
  /** @deprecated Replaced by `safety_identifier` and `prompt_cache_key`. */
  user?: string | undefined;
  /** Asks for a judgement of the request and its answer by a moderation model. */
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

  /** Kinds of answer. Audio is refused. */
  modalities?: ("text" | "audio")[] | null | undefined;
  /** Form of a spoken answer, which is refused. */
  audio?:
    | { format: "wav" | "aac" | "mp3" | "flac" | "opus" | "pcm16"; voice: string | { id: string } }
    | null
    | undefined;
  /** The provider's own web search, which is refused. */
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
  /** ISO 3166-1, two letters. */
  country?: string | undefined;
  region?: string | undefined;
  /** IANA name, `Europe/Berlin`. */
  timezone?: string | undefined;
}
