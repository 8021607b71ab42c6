/** Length from which a line that ends in a question is more than a question. */
const shortestPassage = 300;
/** Most units behind the question: white space, marks that close a quotation. */
const longestClose = 20;
/** Number of units at the end in which a gap to be filled in is looked for. */
const longestGap = 10;
const closing = /[\s"'’”)]+$/u;
const closedByQuestion = /[?？؟]$/u;

/**
 * True if the stretch ends in a long line that closes with a question or with a gap to be filled in ("he went to _ .").
 * Whoever asks something about a text of their own puts the question on a line of its own, as a rule; sets of
 * questions about passages run both together.
 */
export function isPassage(text: string, start: number, end: number): boolean {
  if (end - start < shortestPassage) return false;
  const tail = text.slice(Math.max(start, end - shortestPassage - longestClose), end).replace(closing, "");
  if (tail.length < shortestPassage || tail.lastIndexOf("\n") >= tail.length - shortestPassage) return false;
  return closedByQuestion.test(tail) || tail.slice(-longestGap).includes("_");
}
