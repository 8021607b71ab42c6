/**
 * Returns true if a model's name fits a pattern: a lower-case name in which `#` stands for one digit, and
 * a `*` at the start or end for any text. Reads the name once.
 */
export function fitsPattern(name: string, pattern: string): boolean {
  const anyStart = pattern.startsWith("*");
  const anyEnd = pattern.endsWith("*");
  const body = pattern.slice(anyStart ? 1 : 0, anyEnd ? -1 : undefined);
  if (anyStart) return anyEnd ? name.includes(body) : name.endsWith(body);
  if (name.length < body.length || (!anyEnd && name.length > body.length)) return false;
  for (let at = 0; at < body.length; at += 1) {
    if (body[at] === "#" ? !isDigit(name.charCodeAt(at)) : body[at] !== name[at]) return false;
  }
  return true;
}

/** Returns true if a name fits one of the patterns and none of those that start with `!`. */
export function fitsPatterns(name: string, patterns: readonly string[]): boolean {
  let fits = false;
  for (const pattern of patterns) {
    if (pattern.startsWith("!")) {
      if (fitsPattern(name, pattern.slice(1))) return false;
    } else fits ||= fitsPattern(name, pattern);
  }
  return fits;
}

function isDigit(code: number): boolean {
  return code >= 48 && code <= 57;
}
