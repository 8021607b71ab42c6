import { showHidden } from "../../src/plugin/show-hidden.ts";

/**
 * Text that may stand in HTML, in elements and in quoted attributes. Characters that a reader could not
 * see, or that turn the order of others around, are written out as `[U+202E]`.
 */
export function escapeHtml(text: string): string {
  return showHidden(text).replace(/[&<>"'`]/g, (character) => `&#${character.charCodeAt(0)};`);
}
