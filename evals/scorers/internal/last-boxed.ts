/** Longest content of a box that is read, in characters. */
const longestBox = 200;

/**
 * Finds the content of the last `\boxed{…}` (LaTeX) of a text, and where it begins; undefined if there is
 * none.
 */
export function lastBoxed(text: string): { readonly content: string; readonly at: number } | undefined {
  const at = text.lastIndexOf("\\boxed");
  if (at < 0) return undefined;
  const open = text.slice(at, at + 10).indexOf("{");
  if (open < 0) return undefined;
  let depth = 0;
  const end = Math.min(text.length, at + open + longestBox);
  for (let index = at + open; index < end; index += 1) {
    if (text[index] === "{") depth += 1;
    if (text[index] === "}") depth -= 1;
    if (depth === 0) return { content: text.slice(at + open + 1, index), at };
  }
  return undefined;
}
