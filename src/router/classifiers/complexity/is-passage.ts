/** Length from which a line that ends in a question is more than a question. */
const shortestPassage = 300;
/** Most units behind the question: white space, marks that close a quotation. */
const longestClose = 20;
/** Number of units at the end in which a gap to be filled in is looked for. */
const longestGap = 10;
const closing = " \t\r\n\u00a0\u3000\"'’”)";
const questionMarks = "?？؟";

/**
 * True if the stretch ends in a long line that closes with a question or with a gap to be filled in ("he went to _ .").
 * People who ask something about a text put the question on a line of its own, as a rule; sets of questions about
 * passages run both together.
 */
export function isPassage(text: string, start: number, end: number): boolean {
  if (end - start < shortestPassage) return false;
  const tail = text.slice(Math.max(start, end - shortestPassage - longestClose), end);
  let length = tail.length;
  // No regular expression: one that is anchored at the end takes quadratic time.
  while (length > 0 && closing.includes(tail.charAt(length - 1))) length -= 1;
  const from = length - shortestPassage;
  if (from < 0 || tail.lastIndexOf("\n", length - 1) >= from) return false;
  return (
    questionMarks.includes(tail.charAt(length - 1)) ||
    tail.lastIndexOf("_", length - 1) >= length - longestGap
  );
}
