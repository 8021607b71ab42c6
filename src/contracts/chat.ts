import type OpenAI from "openai";

/** One message in the shape of OpenAI chat completions. */
export type ChatMessage = OpenAI.Chat.ChatCompletionMessageParam;

/**
 * What a model is asked, in the shape of OpenAI chat completions, without the fields that the
 * router or the adapter decides (`model`, `stream`, `stream_options`).
 */
export type ChatRequest = Omit<
  OpenAI.Chat.ChatCompletionCreateParamsNonStreaming,
  "model" | "stream" | "stream_options"
>;

/** A whole answer. `completion.model` is what the provider said it was, not the router's id. */
export type Completion = OpenAI.Chat.ChatCompletion;

/** One piece of a streamed answer. */
export type CompletionChunk = OpenAI.Chat.ChatCompletionChunk;
