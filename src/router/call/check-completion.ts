import { type Completion, ProviderError } from "../../contracts/index.ts";
import { dropPromises } from "../../plugin/index.ts";

/** Throws `ProviderError` unless the value is an answer: a user's own model may return anything. */
export function checkCompletion(completion: Completion, model: string): void {
  if (
    !Array.isArray(completion?.choices) ||
    typeof completion.choices[0]?.message !== "object" ||
    completion.choices[0].message === null ||
    (completion.choices[0].message.content as unknown) instanceof Promise
  ) {
    dropPromises(completion);
    throw new ProviderError({ kind: "incomplete", model, summary: "the answer has no choices[0].message" });
  }
}
