import type { Completion } from "../../../contracts/index.ts";
import { withFailedAnswer } from "../../../plugin/answer/failed-answer.ts";
import { readAnswer } from "../../../plugin/answer/read-answer.ts";
import { toldUsage } from "../../../plugin/answer/told-usage.ts";
import { type Fields, fieldsOf } from "../../../plugin/fields-of.ts";
import { failureOf, isRefusalAlone } from "./openai-errors.ts";
import { holdsExtras } from "./openai-messages.ts";
import type { Provenance } from "./provenance.ts";

/** The call that an answer belongs to. */
export interface AnswerOf {
  /** Name of the model, for errors. */
  readonly model: string;
  /** See `writerOf`. */
  readonly writer: string;
}

/**
 * Reads an answer of chat completions, which may hold an error instead, and marks one that holds more than OpenAI's fields
 * with its writer. Throws `ProviderError`.
 */
export function completionOf(
  body: unknown,
  { model, writer }: AnswerOf,
  headers: Headers | undefined,
): Completion {
  const { error, choices } = fieldsOf(body);
  if (error) throw failureOf(error, model, undefined, headers);
  if (!Array.isArray(choices) && isRefusalAlone(body)) throw failureOf(body, model, undefined, headers);
  const choice = fieldsOf(Array.isArray(choices) ? choices[0] : undefined);
  // OpenRouter tells a failure of the provider behind it next to what that had written (errors, 2026-12).
  if (choice["error"])
    throw withWritten(choice, body as Fields, failureOf(choice["error"], model, undefined, headers));
  const completion = readAnswer(body, model);
  const message = completion.choices[0]?.message;
  if (message && holdsExtras(message)) Object.assign(message, { written_by: writer } satisfies Provenance);
  return completion;
}

function withWritten(choice: Fields, body: Fields, error: ReturnType<typeof failureOf>): typeof error {
  const { content } = fieldsOf(choice["message"]);
  return withFailedAnswer(error, {
    written: typeof content === "string" ? content : "",
    usage: toldUsage(body, choice),
  });
}
