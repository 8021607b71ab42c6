import { showHidden } from "./show-hidden.ts";

/**
 * Escapes text for HTML, in elements and in quoted attributes. Invisible characters, and those that change
 * the order of others, are written out as `[U+202E]`.
 */
export function escapeHtml(text: string): string {
  return showHidden(text).replace(/[&<>"'`]/g, (character) => `&#${character.charCodeAt(0)};`);
}
