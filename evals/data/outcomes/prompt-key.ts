import type { ChatMessage } from "../../../src/contracts/index.ts";
import type { OutcomeRecord } from "./outcome-record.ts";

/**
 * Returns the record's `group`, else its `textKey`. Records with the same key are the same question: they are
 * resampled together and never split between folds.
 */
export function promptKey(record: OutcomeRecord): string {
  return record.group ? `group:${record.group}` : textKey(record);
}

/**
 * Normalises the question of a record (or its prompt, or messages): without case, punctuation, spaces and
 * compatibility forms.
 */
export function textKey(record: OutcomeRecord): string {
  const text = record.question ?? record.prompt ?? JSON.stringify(record.messages ?? record.id);
  const key = text
    .normalize("NFKC")
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, "");
  return key === "" ? text : key;
}

/** Longest quotation that fills a gap of a template; a longer one is what the request is about. */
const quoted = "[^\\n]{1,60}?";
const quotations = new RegExp(
  [
    `"${quoted}"`,
    `“${quoted}”`,
    `„${quoted}[“”]`,
    `«${quoted}»`,
    `「${quoted}」`,
    `\`${quoted}\``,
    `‘${quoted}’(?![\\p{L}\\p{N}])`,
    `(?<![\\p{L}\\p{N}])'${quoted}'(?![\\p{L}\\p{N}])`,
  ].join("|"),
  "gu",
);
const links = /\b(?:https?:\/\/|www\.)\S+/giu;
/** Looks for an @ behind each character: only for text that has one. */
const addresses = new RegExp(`${links.source}|[^\\s<>@]{1,64}@[^\\s<>@]{1,255}`, "giu");
/** Numbers, dates, codes and hashes from their first digit on. */
const codes = /\p{N}[A-Za-z\p{N}_-]*/gu;
const beforeDigit = /[A-Za-z_-]/;
/** Most letters before the first digit that belong to a code. */
const mostBefore = 64;
const words = /[\p{L}\p{M}]+(?:['’][\p{L}\p{M}]+)*/gu;
const capital = /^\p{Lu}/u;
const sentenceEnd = /[.!?:;\n]/;
/** Titles, whose dot ends no sentence. */
const title = /^(?:mr|mrs|ms|dr|st|prof)$/i;

/** Text beyond is not looked at: templates that differ only there are rare. */
const longest = 20_000;
/** Share of capital words from which capitals mean nothing: a heading, or shouting. */
const mostCapitals = 0.5;
/** Words that may be left for a first word to be a gap, too. */
const fewestWords = 4;

/**
 * Common German words: where there are two, capitals are nouns and not names.
 */
const german: ReadonlySet<string> = new Set(
  "der das und ist nicht ein eine einen für mit wie ich den dem auf von zu im".split(" "),
);

/**
 * Returns what is left of a record's question, prompt or messages without numbers, dates, codes, addresses,
 * short quotations and names (words with a capital within a sentence), in small letters: requests that were
 * made from one template have the same key. A capital first word is left out too if four others remain.
 * `undefined` if nothing is left.
 */
export function templateKey(record: OutcomeRecord): string | undefined {
  const text = (record.question ?? record.prompt ?? textOf(record.messages))
    .slice(0, longest)
    .normalize("NFKC");
  const unquoted = text.replace(quotations, " ");
  const open = withoutCodes(unquoted.replace(unquoted.includes("@") ? addresses : links, " "));
  const found = [...open.matchAll(words)].map(([word], index, all) => ({
    word,
    isFirst: isFirst(open, all, index),
  }));
  const within = found.filter(({ isFirst }) => !isFirst);
  const capitals = within.filter(({ word }) => capital.test(word)).length;
  const germanWords = new Set(within.map(({ word }) => word).filter((word) => german.has(word)));
  const hasNames = germanWords.size < 2 && capitals <= mostCapitals * within.length;
  const kept = found.filter(({ word, isFirst }) => isFirst || !hasNames || !capital.test(word));
  const [start] = kept;
  const isGap =
    start !== undefined && kept.length > fewestWords && start === found[0] && capital.test(start.word);
  const key = (isGap && hasNames ? kept.slice(1) : kept).map(({ word }) => word.toLowerCase()).join(" ");
  return key === "" ? undefined : key;
}

/** Replaces all that has a digit, with the letters before it. One pattern would look for a digit behind each letter. */
function withoutCodes(text: string): string {
  let open = "";
  let end = 0;
  for (const match of text.matchAll(codes)) {
    let start = match.index;
    const earliest = Math.max(end, start - mostBefore);
    while (start > earliest && beforeDigit.test(text.charAt(start - 1))) start -= 1;
    open += `${text.slice(end, start)} `;
    end = match.index + match[0].length;
  }
  return open + text.slice(end);
}

/** True if a sentence ended since the word before. */
function isFirst(text: string, all: readonly RegExpExecArray[], index: number): boolean {
  const before = all[index - 1];
  if (before === undefined) return true;
  const between = text.slice(before.index + before[0].length, all[index]?.index);
  return sentenceEnd.test(title.test(before[0]) ? between.replace(".", "") : between);
}

function textOf(messages: readonly ChatMessage[] | undefined): string {
  return (messages ?? [])
    .map(({ content }) =>
      typeof content === "string"
        ? content
        : (content ?? []).map((part) => (part.type === "text" ? part.text : "")).join("\n"),
    )
    .join("\n");
}
