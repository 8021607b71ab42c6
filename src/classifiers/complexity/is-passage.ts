/** Length from which a line that ends in a question is more than a question. */
const shortestPassage = 300;
/** Number of units at the end in which a gap to be filled in is looked for. */
const longestGap = 10;

/**
 * True for a long line that ends in a question or in a gap to be filled in ("he went to _ ."). Whoever asks
 * something about a text of their own puts it on a line of its own, as a rule; sets of questions about passages run
 * both together.
 */
export function isPassage(text: string, start: number, end: number): boolean {
  if (end - start < shortestPassage) return false;
  let last = end - 1;
  while (last > start && isClosing(text.charCodeAt(last))) last -= 1;
  const line = text.lastIndexOf("\n", last) + 1;
  if (last - Math.max(start, line) < shortestPassage) return false;
  return isQuestionMark(text.charCodeAt(last)) || text.lastIndexOf("_", last) > last - longestGap;
}

/** True for white space and for marks that close a quotation. */
function isClosing(code: number): boolean {
  return code <= 0x20 || code === 0x22 || code === 0x27 || code === 0x29 || code === 0x2019 || code === 0x201d;
}

function isQuestionMark(code: number): boolean {
  return code === 0x3f || code === 0xff1f || code === 0x61f;
}
