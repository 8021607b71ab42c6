import type { Endpoint } from "./endpoint.ts";
import { openaiError } from "./openai-error.ts";

/** `POST /v1/responses`: OpenAI's newer interface, without what a provider keeps. */
export const responses: Endpoint = {
  method: "POST",
  path: "/responses",
  refuse: openaiError,
  async serve(call, serving) {
    // Loaded when a client of it comes.
    const { answerResponses } = await import("../responses/answer-responses.ts");
    return answerResponses(call, serving);
  },
};
