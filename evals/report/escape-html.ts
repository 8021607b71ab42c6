/**
 * Text that may stand in HTML, in elements and in quoted attributes. Characters that a reader could not
 * see, or that turn the order of others around, are written out as `[U+202E]`.
 */
export function escapeHtml(text: string): string {
  return showHidden(text).replace(/[&<>"'`]/g, (character) => `&#${character.charCodeAt(0)};`);
}

/** Control characters, line separators, lone surrogates, and all that is drawn as nothing: direction marks, tags, fillers. */
const hidden = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/gu;

/** White space of texts; joiners and presentation selectors, which emoji and several scripts need. */
const kept: ReadonlySet<string> = new Set(["\n", "\t", "\u200c", "\u200d", "\ufe0e", "\ufe0f"]);

/** The text with what cannot be seen written out. Its length grows by a constant factor at most. */
export function showHidden(text: string): string {
  return text.replace(hidden, (character) => {
    if (kept.has(character)) return character;
    const code = character.codePointAt(0) ?? 0;
    return `[U+${code.toString(16).toUpperCase().padStart(4, "0")}]`;
  });
}
