/** Number of characters at the end that are searched. */
const tailLength = 4_096;
const leastLength = 200;
const leastRepeats = 6;
/** A counter makes pieces that people write too ("Day 3: rest"), so a loop with one must be longer. */
const leastCountedLength = 400;
const leastCounts = 10;
const leastWords = 4;

/**
 * Returns true if a text ends in a loop: its last characters, at least 200, repeat one piece six times or
 * more; or, at least 400, ten times with numbers that rise or fall by a constant ("Step 7: check again.").
 * Rows of a table may be equal: they are a loop only with `rows`, for an answer that was cut at its limit.
 * Time and space are bounded for any length.
 */
export function isLooping(text: string, { rows = false }: { readonly rows?: boolean } = {}): boolean {
  const tail = text.slice(-tailLength).trimEnd();
  const period = periodOf(tail, leastLength, leastRepeats);
  if (period !== undefined) return rows || !areRows(tail.slice(-period));
  return isCounting(tail);
}

/**
 * Returns the period of the shortest end of a text that is long enough and repeats one piece often enough.
 * Prefix function (Knuth, Morris, Pratt) of the reversed text: every periodic end is a prefix of it.
 */
function periodOf(text: string, least: number, repeats: number): number | undefined {
  const end = text.length - 1;
  const borders = new Uint16Array(text.length);
  for (let length = 2; length <= text.length; length += 1) {
    let border = borders[length - 2] as number;
    const unit = text.charCodeAt(end - (length - 1));
    while (border > 0 && text.charCodeAt(end - border) !== unit) border = borders[border - 1] as number;
    if (text.charCodeAt(end - border) === unit) border += 1;
    borders[length - 1] = border;
    const period = length - border;
    if (length >= least && length >= repeats * period) return period;
  }
  return undefined;
}

/** True if the lines of a piece, wherever it begins in its first line, are rows of a table, a matrix or a list of data. */
function areRows(piece: string): boolean {
  if (!piece.includes("\n")) return false;
  // The piece may begin within a line: its end and its beginning are one line.
  const lines = `${piece}${piece}`.split("\n").slice(1, -1);
  return lines.every((line) => line.trim() === "" || isRow(line.trim()));
}

const longestCell = 40;

function isRow(line: string): boolean {
  if (/^[|{[<]/.test(line) || line.includes("\t")) return true;
  const cells = line.split(/[,;]/);
  if (cells.length > 2)
    return cells.every((cell) => cell.trim().split(" ").length <= 3 && cell.length <= longestCell);
  // A matrix: numbers and signs alone.
  return /\d/.test(line) && !/\p{L}/u.test(line);
}

/** True if a text ends in pieces that differ only in numbers, each of which rises or falls by a constant. */
function isCounting(tail: string): boolean {
  const numbers: number[] = [];
  const form = tail.replace(/\d{1,15}/g, (digits) => {
    numbers.push(Number(digits));
    return "\u0000";
  });
  const period = periodOf(form, leastCountedLength, leastCounts);
  if (period === undefined) return false;
  const piece = form.slice(-period);
  if (areRows(piece) || piece.split(/\p{L}{2,}/u).length <= leastWords) return false;
  const each = piece.split("\u0000").length - 1;
  return each > 0 && areCounters(numbers.slice(-each * leastCounts), each);
}

/** True if every `each`-th number differs from the one before by the same step, and one of them changes at all. */
function areCounters(numbers: readonly number[], each: number): boolean {
  let changes = false;
  for (let first = 0; first < each; first += 1) {
    const step = (numbers[first + each] as number) - (numbers[first] as number);
    changes ||= step !== 0;
    for (let at = first + each; at < numbers.length; at += each)
      if ((numbers[at] as number) - (numbers[at - each] as number) !== step) return false;
  }
  return changes;
}
