/**
 * Control characters, line separators, lone surrogates, and characters that are not drawn: direction marks,
 * tags, fillers.
 */
const hidden = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/gu;

/** White space, and the joiners and presentation selectors that emoji and several scripts need. */
const kept: ReadonlySet<string> = new Set(["\n", "\t", "\u200c", "\u200d", "\ufe0e", "\ufe0f"]);

/**
 * Writes out, as `[U+202E]`, characters that a reader could not see, that reverse the order of others or that
 * control a terminal. The length of the text grows by a constant factor at most.
 */
export function showHidden(text: string): string {
  return text.replace(hidden, (character) => (kept.has(character) ? character : `[U+${hexOf(character)}]`));
}

/** Escapes the same characters in a JSON text, which then shows them and parses to the same value. */
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
