/** Deepest nesting of a text that is JSON. */
export function jsonDepth(json: string): number {
  let depth = 0;
  let most = 0;
  let inText = false;
  for (let index = 0; index < json.length; index += 1) {
    const char = json[index];
    if (inText) {
      if (char === "\\") index += 1;
      else if (char === '"') inText = false;
    } else if (char === '"') inText = true;
    else if (char === "{" || char === "[") {
      depth += 1;
      most = Math.max(most, depth);
    } else if (char === "}" || char === "]") depth -= 1;
  }
  return most;
}
