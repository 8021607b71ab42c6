/** Characters at the start and at the end of a text that are searched: servers quote requests in between. */
const longest = 2_000;

/** Largest window that is believed, in tokens. */
const largestWindow = 1_000_000_000;

const digits = /\d[\d,_]{0,14}/y;

/** A phrase that was found; `window` is the number at its `#`. */
export interface FoundPhrase {
  readonly window: number | undefined;
}

/** Returns the two ends of a text as phrases are compared with them. */
export function comparable(text: string): string {
  const ends = text.length > 2 * longest ? `${text.slice(0, longest)} ${text.slice(-longest)}` : text;
  return ends.toLowerCase().replace(/\s+/g, " ").replaceAll("’", "'");
}

/** Finds a phrase in a comparable text: its parts in order, anything between them. Time is linear in the text. */
export function findPhrase(text: string, phrase: string): FoundPhrase | undefined {
  let at = 0;
  let window: number | undefined;
  for (const { before, after } of partsOf(phrase)) {
    if (after === undefined) {
      const start = text.indexOf(before, at);
      if (start < 0) return undefined;
      at = start + before.length;
      continue;
    }
    const found = findNumber(text, before, after, at);
    if (found === undefined) return undefined;
    ({ end: at, window } = found);
  }
  return { window };
}

interface Part {
  readonly before: string;
  /** The text after the number. Absent: the part has none. */
  readonly after: string | undefined;
}

/** Parts of the phrases that were looked for: they are those of the table. */
const known = new Map<string, readonly Part[]>();

function partsOf(phrase: string): readonly Part[] {
  const parts = known.get(phrase);
  if (parts !== undefined) return parts;
  const made = comparable(phrase)
    .split("…")
    .map((part): Part => {
      const [before = "", after] = part.split("#");
      return { before, after };
    });
  known.set(phrase, made);
  return made;
}

function findNumber(
  text: string,
  before: string,
  after: string,
  from: number,
): { readonly end: number; readonly window: number | undefined } | undefined {
  for (let start = text.indexOf(before, from); start >= 0; start = text.indexOf(before, start + 1)) {
    digits.lastIndex = start + before.length;
    const number = digits.exec(text)?.[0];
    if (number === undefined || !text.startsWith(after, digits.lastIndex)) continue;
    return { end: digits.lastIndex + after.length, window: windowOf(Number(number.replace(/[,_]/g, ""))) };
  }
  return undefined;
}

/** Returns a number of tokens that can be a window, or undefined. */
export function windowOf(value: unknown): number | undefined {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 1 && value <= largestWindow
    ? value
    : undefined;
}
