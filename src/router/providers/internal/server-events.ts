import { ProviderError } from "../../../contracts/index.ts";
import { bodyReader } from "../../../plugin/http/body-reader.ts";
import { toBytes } from "../../../plugin/http/read-bounded.ts";
import { SseLimitError, SseReader } from "../../../plugin/http/sse-reader.ts";
import { readFailure } from "./direct-call.ts";

/** An event of a stream: its data, and what was read from it. */
export interface ServerEvent {
  readonly type: string;
  readonly data: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

/**
 * Reads the events of a stream whose data are objects of JSON with a `type`. Others are left out. Throws `ProviderError`
 * (`incomplete`) for a stream that breaks off, is too large, or holds data that are not JSON.
 */
export async function* serverEvents(source: unknown, model: string): AsyncGenerator<ServerEvent, void> {
  try {
    for await (const data of eventData(source, model)) {
      const event = eventOf(data);
      if (event !== undefined) yield event;
    }
  } catch (error) {
    throw readFailure(error, model);
  }
}

/** Reads the data of the events of a stream. Throws `ProviderError` (`incomplete`) for a stream that is too large. */
export async function* eventData(source: unknown, model: string): AsyncGenerator<string, void> {
  if (source === undefined || source === null) return;
  const reader = bodyReader(source);
  const events = new SseReader();
  let isRead = false;
  try {
    while (!isRead) {
      const { done, value } = await reader.read();
      isRead = done;
      yield* done ? events.end() : events.push(toBytes(value));
    }
  } catch (error) {
    if (!(error instanceof SseLimitError)) throw error;
    throw new ProviderError({ kind: "incomplete", model, retryable: false, summary: error.message });
  } finally {
    if (!isRead) reader.cancel();
  }
}

/** Reads an event whose data are an object of JSON with a `type`; undefined for any other. */
export function eventOf(data: string): ServerEvent | undefined {
  if (data.startsWith("[DONE]")) return undefined;
  const fields: unknown = JSON.parse(data);
  if (typeof fields !== "object" || fields === null) return undefined;
  const { type } = fields as { readonly type?: unknown };
  return typeof type === "string" && type.length <= longestType
    ? { type, data, fields: fields as ServerEvent["fields"] }
    : undefined;
}

const longestType = 200;
