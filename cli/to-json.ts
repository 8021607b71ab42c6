import { escapeHidden } from "../src/plugin/show-hidden.ts";

/**
 * Formats JSON for stdout; also escapes control and invisible characters that JSON itself leaves unescaped.
 */
export function toJson(value: object, indent?: number): string {
  return escapeHidden(JSON.stringify(value, undefined, indent));
}
