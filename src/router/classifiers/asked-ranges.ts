import { skipSpace } from "../../plugin/skip-space.ts";
import { characterEntry, isOfWord } from "./characters.ts";

/** A stretch of a text: from the UTF-16 unit `start` to the one before `end`. */
export interface Stretch {
  readonly start: number;
  readonly end: number;
}

const longestLine = 400;
/** Length up to which line ends are no more than spaces. */
const shortText = 120;
const longestSentence = 300;
const longestLastLine = 200;
/** A last sentence on the line of a long text is an instruction only if it is short. */
const longestLastSentence = 120;
/** Length of a first line that is material if a short last paragraph follows. */
const shortestMaterial = 200;
/** A second and last paragraph that is this many times as long as the first is what the first is about. */
const materialRatio = 1.5;
/** Number of units that say as much in other scripts as one ideograph, kana or Hangul syllable. */
const unitsPerSyllable = 2.5;
const firstSyllable = 0x2e80;
const shortestLead = 6;
const longestLead = 160;
/** Number of marks of quotation whose other half is looked for. */
const mostQuotes = 8;

/**
 * Finds the part of a text that says what is asked, as opposed to the material it is about. In a single line,
 * what precedes a colon, else the line (of a long one the first and the last sentence); in several
 * lines, the first one and a short last one, unless this is a longer second paragraph. Quotations are taken out. Returns the stretches in order, at
 * most 600 units together. `text` is what is read: at most a few thousand units.
 */
export function askedRanges(text: string): readonly Stretch[] {
  const start = skipSpace(text, 0);
  const end = lastOf(text);
  if (end <= start) return [];
  const line = text.indexOf("\n", start);
  const density = densityAt(text, start);
  if (line < 0 || line >= end || (end - start) * density <= shortText)
    return withoutQuotes(text, ofOneLine(text, start, end));
  const firstEnd = line - start > longestLine ? sentenceEnd(text, start, line) : line;
  const last = text.lastIndexOf("\n", end - 1) + 1;
  const asksAtEnd =
    last > firstEnd &&
    (end - last) * density <= longestLastLine &&
    !isOption(text, last) &&
    !isMaterial(text, line, last, (end - last) / (firstEnd - start));
  // Material first, then a paragraph that says what to do with it.
  if (asksAtEnd && (line - start) * density > shortestMaterial && text.charCodeAt(last - 2) === 0x0a)
    return withoutQuotes(text, [{ start: last, end }]);
  const first = { start, end: leadEnd(text, start, firstEnd) ?? firstEnd };
  return withoutQuotes(text, asksAtEnd ? [first, { start: last, end }] : [first]);
}

/** True for a second paragraph, behind a blank line and the last one, by its length relative to the first. */
function isMaterial(text: string, firstEnd: number, last: number, ratio: number): boolean {
  return last === firstEnd + 2 && text.charCodeAt(firstEnd + 1) === 0x0a && ratio > materialRatio;
}

/** Density of what units say, by the second one: the first may be a quotation mark. */
function densityAt(text: string, start: number): number {
  return text.charCodeAt(start + 1) >= firstSyllable ? unitsPerSyllable : 1;
}

function ofOneLine(text: string, start: number, end: number): readonly Stretch[] {
  const lead = leadEnd(text, start, end);
  if (lead !== undefined) return [{ start, end: lead }];
  if ((end - start) * densityAt(text, start) <= longestLine) return [{ start, end }];
  const first = sentenceEnd(text, start, end);
  const last = Math.max(first, lastSentence(text, end));
  return last >= end || end - last > longestLastSentence
    ? [{ start, end: first }]
    : [
        { start, end: first },
        { start: last, end },
      ];
}

/** Returns the index of the first colon with material behind it; undefined if there is none. */
function leadEnd(text: string, start: number, end: number): number | undefined {
  const limit = Math.min(end - 1, start + longestLead);
  const wide = text.indexOf("：", start + 2);
  const until = wide >= 0 && wide < limit ? wide : limit;
  for (
    let at = text.indexOf(":", start + shortestLead);
    at >= 0 && at < until;
    at = text.indexOf(":", at + 1)
  ) {
    const next = text.charCodeAt(at + 1);
    if (next <= 0x20 || next === 0x22 || next === 0x27 || next > 0x2ff) return at;
  }
  return until < limit ? wide : undefined;
}

function sentenceEnd(text: string, start: number, end: number): number {
  const limit = Math.min(end, start + longestSentence);
  for (let at = start + shortestLead; at < limit; at += 1) if (endsSentence(text, at)) return at + 1;
  return limit;
}

function lastSentence(text: string, end: number): number {
  const limit = Math.max(1, end - longestSentence);
  for (let at = end - shortestLead; at > limit; at -= 1) if (endsSentence(text, at)) return at + 1;
  return limit;
}

function endsSentence(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  if (code === 0x3002 || code === 0xff1f || code === 0xff01 || code === 0x964) return true;
  return (code === 0x2e || code === 0x3f || code === 0x21) && text.charCodeAt(at + 1) === 0x20;
}

/** True for a line such as "B. nine" or "(c) ten". */
function isOption(text: string, at: number): boolean {
  const first = text.charCodeAt(at);
  const second = text.charCodeAt(at + 1);
  if (first === 0x28) return text.charCodeAt(at + 2) === 0x29;
  return (second === 0x2e || second === 0x29 || second === 0x3a) && isOfWord(characterEntry(first));
}

function lastOf(text: string): number {
  let at = text.length;
  while (at > 0 && text.charCodeAt(at - 1) <= 0x20) at -= 1;
  return at;
}

/** Marks that open a quotation, each with the one that closes it. */
const closing = new Map([
  [0x22, '"'],
  [0x201c, "”"],
  [0x201e, "“"],
  [0xab, "»"],
  [0x300c, "」"],
]);

/** True if one of the keys of `closing` is there. */
function mayQuote(text: string): boolean {
  return (
    text.includes('"') ||
    text.includes("“") ||
    text.includes("„") ||
    text.includes("«") ||
    text.includes("「")
  );
}

function withoutQuotes(text: string, parts: readonly Stretch[]): readonly Stretch[] {
  if (!mayQuote(text)) return parts;
  const kept: Stretch[] = [];
  let quotes = 0;
  for (const { start, end } of parts) {
    let from = start;
    for (let at = start; at < end && quotes < mostQuotes; at += 1) {
      const code = text.charCodeAt(at);
      if (code !== 0x22 && code < 0xab) continue;
      const mark = closing.get(code);
      if (mark === undefined) continue;
      const close = text.indexOf(mark, at + 1);
      quotes += 1;
      if (close < 0 || close >= end) continue;
      if (at > from) kept.push({ start: from, end: at });
      from = close + 1;
      at = close;
    }
    if (end > from) kept.push({ start: from, end });
  }
  return kept.length > 0 ? kept : parts;
}
