/** Longest name of a model or a version that a server states. */
const longestName = 300;

/** Control characters, line breaks, lone surrogates, and characters that are not drawn. */
const hidden = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/u;

/**
 * True for a short text that shows what it is: names from servers reach terminals, logs and errors, where a line break or an
 * escape sequence could forge what others say.
 */
export function isVisibleName(value: unknown): value is string {
  return typeof value === "string" && value !== "" && value.length <= longestName && !hidden.test(value);
}
