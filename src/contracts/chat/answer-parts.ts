/** Reason why an answer ended. `function_call` is the older form of `tool_calls`. */
export type FinishReason = "stop" | "length" | "tool_calls" | "content_filter" | "function_call";

/** Class of service that an answer was given in. */
export type ServiceTier = "auto" | "default" | "flex" | "scale" | "priority";

/** Tokens of a call as the provider counted them. */
export interface CompletionUsage {
  prompt_tokens: number;
  completion_tokens: number;
  total_tokens: number;
  /** Class of service, of providers that report it here and not next to the usage. */
  service_tier?: string;
  /** Parts of `prompt_tokens`. */
  prompt_tokens_details?: {
    cached_tokens?: number;
    cache_write_tokens?: number;
    audio_tokens?: number;
    image_tokens?: number;
    text_tokens?: number;
    /** Parts of `cached_tokens`. */
    cached_tokens_details?: { audio_tokens?: number };
    /** Parts of `cache_write_tokens` by the time for which they are kept. */
    cache_creation_token_details?: { ephemeral_5m_input_tokens?: number; ephemeral_1h_input_tokens?: number };
  };
  /** Parts of `completion_tokens`. */
  completion_tokens_details?: {
    reasoning_tokens?: number;
    audio_tokens?: number;
    image_tokens?: number;
    text_tokens?: number;
    /** Tokens of the request's `prediction` that the answer holds. */
    accepted_prediction_tokens?: number;
    /** Tokens of the request's `prediction` that the answer does not hold. They are billed. */
    rejected_prediction_tokens?: number;
  };
  /** Calls of tools that the provider ran, under its names: `web_search_requests` … Some have a fee of their own. */
  server_tool_use?: { [kind: string]: number };
  /** Charge of the provider for the call, in US dollars, where it says so. */
  cost?: number;
  /** Parts of `cost`, in the provider's words. */
  cost_details?: { [part: string]: unknown };
  /** Tokens of other models that the provider asked for this answer. They are in no other count. */
  other_models?: OtherModelUsage[];
}

/** Tokens of another model that took part in an answer, which are billed at its price. */
export interface OtherModelUsage extends Omit<CompletionUsage, "server_tool_use" | "other_models"> {
  /** Name of the model, as the provider gives it. */
  model: string;
}

/** A possible token at a place of the answer, and its probability. */
export interface TopLogprob {
  token: string;
  /** Bytes of the token in UTF-8, since a character may be spread over several tokens. */
  bytes: number[] | null;
  /** Natural logarithm of the probability. -9999 means very unlikely. */
  logprob: number;
}

/** A token of the answer, and its probability. */
export interface TokenLogprob extends TopLogprob {
  /** Likely tokens at this place, as many as `top_logprobs` of the request says. */
  top_logprobs: TopLogprob[];
}

/** Log-probabilities of the tokens of an answer. */
export interface Logprobs {
  content: TokenLogprob[] | null;
  refusal: TokenLogprob[] | null;
}

/** Judgements of a moderation model, if the request asked for them. */
export interface Moderation {
  input: ModerationResults | ModerationFailure;
  output: ModerationResults | ModerationFailure;
}

interface ModerationResults {
  type: "moderation_results";
  model: string;
  results: ModerationResult[];
}

interface ModerationResult {
  type: "moderation_result";
  model: string;
  flagged: boolean;
  /** Flag of each category. */
  categories: { [category: string]: boolean };
  category_scores: { [category: string]: number };
  category_applied_input_types: { [category: string]: ("text" | "image")[] };
}

interface ModerationFailure {
  type: "error";
  code: string;
  message: string;
}
