/** Control characters, line separators, lone surrogates, and all that is drawn as nothing: direction marks, tags, fillers. */
const hidden = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/gu;

/** White space of texts; joiners and presentation selectors, which emoji and several scripts need. */
const kept: ReadonlySet<string> = new Set(["\n", "\t", "\u200c", "\u200d", "\ufe0e", "\ufe0f"]);

/**
 * The text with what a reader could not see, or what turns the order of other characters around or steers a
 * terminal, written out as `[U+202E]`. Its length grows by a constant factor at most.
 */
export function showHidden(text: string): string {
  return text.replace(hidden, (character) => (kept.has(character) ? character : `[U+${hexOf(character)}]`));
}

/** JSON text in which the same characters are escapes: it shows them, and reads as the same value. */
export function escapeHidden(json: string): string {
  return json.replace(hidden, (character) => {
    if (kept.has(character)) return character;
    const units = character.split("").map((unit) => `\\u${hexOf(unit).toLowerCase()}`);
    return units.join("");
  });
}

function hexOf(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  return code.toString(16).toUpperCase().padStart(4, "0");
}
