/** Length of the longest JSON that is read, in characters. */
const longestJson = 1_000_000;
/** Deepest nesting of arrays and objects. Validators recurse: deeper values could overflow the stack. */
const deepestJson = 200;

/** A value that a text holds, or why it holds none. */
export type ReadJson =
  | { readonly value: unknown; readonly problem?: undefined }
  | { readonly problem: "not-json" | "too-large" };

/** Reads a whole text as JSON of at most 1,000,000 characters that is nested at most 200 deep. Linear time. */
export function readJson(text: string): ReadJson {
  if (text.length > longestJson || isDeeper(text, deepestJson)) return { problem: "too-large" };
  try {
    return { value: JSON.parse(text) };
  } catch {
    return { problem: "not-json" };
  }
}

/** True if brackets outside of strings are nested deeper. Text that is not JSON may say anything. */
function isDeeper(text: string, most: number): boolean {
  let depth = 0;
  let isString = false;
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at];
    if (isString) {
      if (character === "\\") at += 1;
      else if (character === '"') isString = false;
    } else if (character === '"') isString = true;
    else if (character === "[" || character === "{") {
      depth += 1;
      if (depth > most) return true;
    } else if (character === "]" || character === "}") depth -= 1;
  }
  return false;
}
