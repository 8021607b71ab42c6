import { isVisibleName } from "../../../../plugin/visible-name.ts";

export type Fields = Readonly<Record<string, unknown>>;

/** Returns the fields of what may be anything. */
export function fieldsOf(value: unknown): Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Fields) : {};
}

/** Returns a number of tokens, or undefined for anything else. */
export function tokensOf(value: unknown): number | undefined {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 1 ? value : undefined;
}

/** Returns a short text without hidden characters, or undefined for anything else. */
export function nameOf(value: unknown): string | undefined {
  return isVisibleName(value) ? value : undefined;
}
