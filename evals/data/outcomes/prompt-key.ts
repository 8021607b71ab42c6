import type { OutcomeRecord } from "./outcome-record.ts";

/**
 * Records with the same key ask the same: they are resampled together and never split between folds.
 * The record's `group` where it has one; else `textKey`.
 */
export function promptKey(record: OutcomeRecord): string {
  return record.group ? `group:${record.group}` : textKey(record);
}

/** The question of a record (or its prompt, or messages), without case, punctuation, spaces and compatibility forms. */
export function textKey(record: OutcomeRecord): string {
  const text = record.question ?? record.prompt ?? JSON.stringify(record.messages ?? record.id);
  const key = text
    .normalize("NFKC")
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, "");
  return key === "" ? text : key;
}
