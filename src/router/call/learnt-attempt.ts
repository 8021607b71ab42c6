import type { Attempt, ChatRequest, RecordedError } from "../../contracts/index.ts";
import { saysNumber } from "./says-number.ts";

/** Returns the record without a window that the request itself may have put into the words of the refusal. */
export function believed(record: Attempt, chat: ChatRequest): Attempt {
  const { error } = record;
  const { contextWindow } = error ?? {};
  if (contextWindow === undefined || !saysNumber(chat, contextWindow)) return record;
  return { ...record, error: { ...(error as RecordedError), contextWindow: undefined } };
}

/**
 * Returns what is learnt from a call that was abandoned because it was late: its first content would have
 * taken at least as long. Otherwise late calls would be missing in the percentile that decides what is late.
 */
export function asLate(record: Attempt): Attempt {
  return { ...record, firstTokenMs: record.firstTokenMs ?? record.latencyMs };
}
