import {
  type ChatMessage,
  type ChatRequest,
  isRouterError,
  OutcomeFormatError,
  type RequestFacts,
  type RouteRequest,
} from "../../src/contracts/index.ts";
import { estimateTokens } from "../../src/router/cost/inner.ts";
import { normaliseRequest } from "../../src/router/request/index.ts";
import type { OutcomeRecord } from "../data/outcomes/outcome-record.ts";

/** Text of a record for a classifier: what the model saw, or the question without its template. */
export type RecordText = "prompt" | "question";

/** Builds the request of a record. `question` falls back to the prompt if there is none. */
export function requestOfRecord(
  record: OutcomeRecord,
  text: RecordText = "prompt",
): Exclude<RouteRequest<never>, string> {
  const messages: ChatMessage[] = record.system ? [{ role: "system", content: record.system }] : [];
  const question = text === "question" ? record.question : undefined;
  if (question === undefined && record.messages !== undefined) messages.push(...record.messages);
  else messages.push({ role: "user", content: question ?? record.prompt ?? "" });
  return {
    messages,
    // Recorded schemas are counted and measured, never sent.
    ...(record.tools === undefined ? {} : { tools: [...record.tools] as NonNullable<ChatRequest["tools"]> }),
    category: record.category || undefined,
    session: record.session || undefined,
    tenant: record.tenant || undefined,
    ...(record.step !== undefined && { step: record.step }),
  };
}

/** Reads the record's request as the router would. Throws `OutcomeFormatError`. */
export function factsOfRecord(
  record: OutcomeRecord,
  position: number,
  text: RecordText | undefined,
): RequestFacts {
  // An audit that stores no prompts writes their hash: of a text that is not there any score would be chance.
  if (record.prompt === "" && "promptHash" in record)
    throw new OutcomeFormatError(
      "records",
      position,
      "promptHash",
      'stands in place of the prompt, which a classifier needs: audit with prompts: "store"',
    );
  try {
    return normaliseRequest(requestOfRecord(record, text), {
      maxCharacters: Number.MAX_SAFE_INTEGER,
      estimateTokens,
    });
  } catch (error) {
    if (!isRouterError(error, "invalid-request")) throw error;
    throw new OutcomeFormatError(
      "records",
      position,
      error.field,
      `is not a valid request: ${error.message}`,
    );
  }
}
