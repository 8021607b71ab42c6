import type { OutcomeRecord } from "./outcome-record.ts";

/**
 * Returns the record's `group`, else its `textKey`. Records with the same key are the same question: they are
 * resampled together and never split between folds.
 */
export function promptKey(record: OutcomeRecord): string {
  return record.group ? `group:${record.group}` : textKey(record);
}

/**
 * Normalises the question of a record (or its prompt, or messages): without case, punctuation, spaces and
 * compatibility forms.
 */
export function textKey(record: OutcomeRecord): string {
  const text = record.question ?? record.prompt ?? JSON.stringify(record.messages ?? record.id);
  const key = text
    .normalize("NFKC")
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, "");
  return key === "" ? text : key;
}
