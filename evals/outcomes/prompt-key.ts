import type { OutcomeRecord } from "./outcome-record.ts";

/**
 * Records with the same key ask the same: they are resampled together and never split between folds.
 * The record's `group` where it has one; else its question (or prompt, or messages), without case,
 * punctuation, spaces and compatibility forms.
 */
export function promptKey(record: OutcomeRecord): string {
  if (record.group !== undefined) return `group:${record.group}`;
  const text = record.question ?? record.prompt ?? JSON.stringify(record.messages ?? record.id);
  const key = text
    .normalize("NFKC")
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, "");
  return key === "" ? text : key;
}
