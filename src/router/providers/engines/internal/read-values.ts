import { isVisibleName } from "../../../../plugin/visible-name.ts";

/** Returns a number of tokens, or undefined for anything else. */
export function tokensOf(value: unknown): number | undefined {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 1 ? value : undefined;
}

/** Returns a short text without hidden characters, or undefined for anything else. */
export function nameOf(value: unknown): string | undefined {
  return isVisibleName(value) ? value : undefined;
}
