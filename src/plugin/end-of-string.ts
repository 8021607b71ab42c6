/** Length up to which a string is read one by one: a search takes longer to begin. */
export const shortString = 32;
/** The same behind a quote that is escaped: others may be near. */
const near = 20;

/** Returns the place behind a string of a JSON text; `from` is that of its first quote. The length of the text if it has no end. */
export function endOfString(text: string, from: number): number {
  let at = from + 1;
  for (const until = Math.min(at + shortString, text.length); at < until; at += 1) {
    const code = text.charCodeAt(at);
    if (code === backslash) at += 1;
    else if (code === quote) return at + 1;
  }
  return endOfRest(text, at);
}

/** Returns the same for a string from a place within it on. */
export function endOfRest(text: string, from: number): number {
  for (let at = from; ; ) {
    const next = text.indexOf('"', at);
    if (next < 0) return text.length;
    if (!isEscaped(text, next, at)) return next + 1;
    at = next + 1;
    for (const until = Math.min(at + near, text.length); at < until; at += 1) {
      const code = text.charCodeAt(at);
      if (code === backslash) at += 1;
      else if (code === quote) return at + 1;
    }
  }
}

/** True if an odd number of backslashes precedes a place, from `from` on. */
function isEscaped(text: string, place: number, from: number): boolean {
  let at = place;
  while (at > from && text.charCodeAt(at - 1) === backslash) at -= 1;
  return (place - at) % 2 === 1;
}

const quote = 0x22;
const backslash = 0x5c;
