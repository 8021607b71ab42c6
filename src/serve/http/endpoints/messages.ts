import { anthropicError } from "./anthropic-error.ts";
import type { Endpoint } from "./endpoint.ts";

/** Loaded when a client of Anthropic's comes. */
const answers = () => import("../messages/answer-messages.ts");

/** `POST /v1/messages`: Anthropic's interface, which coding agents speak. */
export const messages: Endpoint = {
  method: "POST",
  path: "/messages",
  refuse: anthropicError,
  serve: async (call, serving) => (await answers()).answerMessages(call, serving),
};

/** `POST /v1/messages/count_tokens`: by the provider of a permitted model that speaks Messages, else an estimate. */
export const countTokens: Endpoint = {
  method: "POST",
  path: "/messages/count_tokens",
  refuse: anthropicError,
  serve: async (call, serving) => (await answers()).countTokens(call, serving),
};
