/** Number of characters at the end that are searched. */
const tailLength = 4_096;
const leastLength = 200;
const leastRepeats = 6;

/**
 * Returns true if a text ends in a loop: its last characters, at least 200, repeat one piece six times or
 * more. Time and space are bounded for any length.
 */
export function isLooping(text: string): boolean {
  const tail = text.slice(-tailLength).trimEnd();
  // Prefix function (Knuth, Morris, Pratt) of the reversed tail: every periodic end of the text is a
  // prefix of it.
  const end = tail.length - 1;
  const borders = new Uint16Array(tail.length);
  for (let length = 2; length <= tail.length; length += 1) {
    let border = borders[length - 2] as number;
    const unit = tail.charCodeAt(end - (length - 1));
    while (border > 0 && tail.charCodeAt(end - border) !== unit) border = borders[border - 1] as number;
    if (tail.charCodeAt(end - border) === unit) border += 1;
    borders[length - 1] = border;
    const period = length - border;
    if (length >= leastLength && length >= leastRepeats * period) return true;
  }
  return false;
}
