import type { Completion } from "../contracts/index.ts";

type Choice = Completion["choices"][number];
type Message = Choice["message"];

export interface CompletionParts extends Partial<Omit<Message, "role">> {
  /** Reason why the answer ended. Default `stop`. */
  readonly finishReason?: Choice["finish_reason"] | undefined;
  /** Log-probability of each token. Default: none. */
  readonly logprobs?: readonly number[] | undefined;
}

/** Creates an answer for tests, from a text or from the parts of a message. */
export function completionOf(given: string | CompletionParts = {}): Completion {
  const {
    finishReason = "stop",
    logprobs,
    ...message
  } = typeof given === "string" ? { content: given } : given;
  const content = logprobs?.map((logprob) => ({ token: "a", bytes: null, logprob, top_logprobs: [] }));
  return {
    id: "completion",
    object: "chat.completion",
    created: 0,
    model: "fake",
    choices: [
      {
        index: 0,
        finish_reason: finishReason,
        logprobs: content === undefined ? null : { content, refusal: null },
        message: { role: "assistant", content: null, refusal: null, ...message },
      },
    ],
  };
}
