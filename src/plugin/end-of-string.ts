/** Length up to which a string is read one by one: a search takes longer to begin. */
const short = 32;

/** Returns the place behind a string of a JSON text; `from` is that of its first quote. The length of the text if it has no end. */
export function endOfString(text: string, from: number): number {
  let at = from + 1;
  for (const until = Math.min(at + short, text.length); at < until; at += 1) {
    const code = text.charCodeAt(at);
    if (code === backslash) at += 1;
    else if (code === quote) return at + 1;
  }
  const first = text.indexOf('"', at);
  if (first < 0) return text.length;
  if (first === at || text.charCodeAt(first - 1) !== backslash) return first + 1;
  // Without searches from here on: there would be one for each quote where most of them are escaped.
  for (; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === backslash) at += 1;
    else if (code === quote) return at + 1;
  }
  return text.length;
}

const quote = 0x22;
const backslash = 0x5c;
