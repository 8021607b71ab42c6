import { characterEntry, isOfWord } from "./characters.ts";
import { MAX_WORDS } from "./text-units.ts";

/** Number of lines of one text that are searched for list items. */
const mostLines = 32;

/**
 * Counts the lines that begin like a list item or an option, among the first `mostLines` lines of a stretch with this
 * number of line ends.
 */
export function countItems(text: string, start: number, end: number, lineEnds: number): number {
  // Behind the last line end of a stretch, the next one may be far away.
  if (text.length > MAX_WORDS && end - start < text.length)
    return countItems(text.slice(start, end), 0, end - start, lineEnds);
  const most = Math.min(mostLines, lineEnds);
  let count = 0;
  let at = start - 1;
  for (let line = 0; line < most; line += 1) {
    at = text.indexOf("\n", at + 1);
    // There are other line ends, which begin no item.
    if (at < 0 || at >= end) break;
    if (beginsItem(text, at + 1, end)) count += 1;
  }
  return count;
}

/** True if a line begins like a list item or an option: "- ", "* ", "3.", "12)", "(b)", "C:". */
function beginsItem(text: string, at: number, end: number): boolean {
  if (at + 2 >= end) return false;
  const first = text.charCodeAt(at);
  const second = text.charCodeAt(at + 1);
  if (closesLabel(second)) return isOfWord(characterEntry(first));
  if (second === 0x20) return first === 0x2d || first === 0x2a || first === 0x2022;
  const third = text.charCodeAt(at + 2);
  return first === 0x28 ? third === 0x29 : isDigit(first) && isDigit(second) && closesLabel(third);
}

/** True for a full stop, a closing parenthesis or a colon. */
function closesLabel(code: number): boolean {
  return code === 0x2e || code === 0x29 || code === 0x3a;
}

function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39;
}
