/**
 * Text that may stand in HTML, in elements and in quoted attributes. Characters that a reader could not
 * see, or that turn the order of others around, are written out as `[U+202E]`.
 */
export function escapeHtml(text: string): string {
  return showHidden(text).replace(/[&<>"'`]/g, (character) => `&#${character.charCodeAt(0)};`);
}

/**
 * Control characters but tab and line feed, direction marks, invisible characters (joiners stay: emoji
 * and several scripts need them), tags and lone surrogates.
 */
const hidden =
  /[\p{Cc}\p{Cs}\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff0-\uffff\u{1bca0}-\u{1bca3}\u{1d173}-\u{1d17a}\u{e0000}-\u{e0fff}]/gu;

/** The text with what cannot be seen written out. Its length grows by a constant factor at most. */
export function showHidden(text: string): string {
  return text.replace(hidden, (character) => {
    if (character === "\n" || character === "\t") return character;
    const code = character.codePointAt(0) ?? 0;
    return `[U+${code.toString(16).toUpperCase().padStart(4, "0")}]`;
  });
}
