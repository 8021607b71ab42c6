import { type Completion, ProviderError } from "../../contracts/index.ts";
import { readAnswer } from "../../plugin/answer/read-answer.ts";
import { dropPromises } from "../../plugin/index.ts";

/** Returns an answer in our shape. Throws `ProviderError` unless it is one: a user's own model may return anything. */
export function checkCompletion(completion: Completion, model: string): Completion {
  try {
    const content: unknown = completion?.choices?.[0]?.message?.content;
    if (content instanceof Promise)
      throw new ProviderError({ kind: "incomplete", model, summary: "the answer's content is a promise" });
    return readAnswer(completion, model);
  } catch (error) {
    dropPromises(completion);
    throw error;
  }
}
