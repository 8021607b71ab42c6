import { errorWords } from "./error-words.ts";
import { messageIn } from "./message-in.ts";

/** Longest text of a server that a message shows, in characters. */
const longest = 240;
/** Longest text that is looked at, in characters. */
const longestRead = 16_384;
/** Words in a row that count as quoted if a text of the request holds them, too; all of a shorter text. */
const quotedRun = 4;
/** Length up to which a text of the request is compared, in characters. Beyond it only error words could match. */
const longestCompared = 1_000_000;
/** Deepest nesting of a request whose texts are read. */
const deepest = 64;

/** Words before which a number is a count, such as `8192 tokens`, and not a part of a prompt. */
const units: ReadonlySet<string> = new Set(
  "attempts bytes characters credits days hour hours images messages minute minutes models requests second seconds token tokens tools".split(
    " ",
  ),
);

/** A version of an API, a word, a number, or one character that is neither. Punctuation is left out. */
const pieces =
  /\bv\d{1,2}(?:(?:alpha|beta)\d?)?\b|[A-Za-z]+(?:'[a-z]{1,2}\b)?|\d+(?:\.\d+)?|[^\s\x21-\x2f\x3a-\x40\x5b-\x60\x7b-\x7e]/g;

/** Facts about the call whose error is shown. */
export interface ServerWordsOptions {
  /** Name of the model, `provider:model`. The text may hold it. */
  readonly model: string;
  /** HTTP status, which the text may repeat. */
  readonly status?: number | undefined;
  /** The request as it was sent, in any form; undefined if there was no prompt. */
  readonly request: unknown;
}

/**
 * Returns what a server says about a failure, as one line of at most 240 characters, if a message may show it.
 * Sentences count up to the first that could hold a part of a prompt or a secret: allowed are words of errors
 * (`errorWords`), the model's own name, the status, and counts, unless the request holds four of them in a row.
 * Undefined if that leaves nothing. Of a page its title is read, of JSON its message.
 */
export function serverWords(
  text: string,
  { model, status, request }: ServerWordsOptions,
): string | undefined {
  const said = messageIn(text.slice(0, longestRead));
  const sentences = said
    .slice(0, 8 * longest)
    .replace(/\s+/g, " ")
    .trim()
    .split(/(?<=[.!?]) /);
  const names = [model, model.slice(model.indexOf(":") + 1)];
  let shown = "";
  for (const sentence of sentences) {
    const fits = shown.length + sentence.length <= longest;
    if (!fits || !isPlain(sentence, names, status) || isQuoted(sentence, request))
      return shown === "" ? undefined : `${shown} …`;
    shown = shown === "" ? sentence : `${shown} ${sentence}`;
  }
  return shown;
}

function isPlain(sentence: string, names: readonly string[], status: number | undefined): boolean {
  if (/[^\x20-\x7e]|[<>{}]|:\/\//.test(sentence)) return false;
  let rest = sentence;
  // A name of one letter only in quotation marks.
  for (const name of names)
    for (const form of name.length > 1 ? [name] : [`"${name}"`, `'${name}'`, `\`${name}\``])
      if (form !== "") rest = rest.split(form).join(" ");
  const words = rest.match(pieces) ?? [];
  return words.length > 0 && words.every((word, at) => isErrorWord(word, words[at + 1] ?? "", status));
}

function isErrorWord(word: string, next: string, status: number | undefined): boolean {
  if (/^\d/.test(word)) return Number(word) === status || (word.length <= 9 && units.has(next.toLowerCase()));
  return /^v\d/.test(word) || errorWords.has(word.toLowerCase().replace(/'.*$/, ""));
}

/** True if the sentence holds a text of the request, or as much of it as cannot be chance. */
function isQuoted(sentence: string, request: unknown): boolean {
  const words = wordsIn(sentence);
  const known = new Set(words);
  const runs = new Set<string>();
  for (let length = 1; length <= quotedRun; length += 1)
    for (let at = 0; at + length <= words.length; at += 1) runs.add(words.slice(at, at + length).join(" "));
  const stands = (text: string): boolean => {
    let last: string[] = [];
    let count = 0;
    for (const [word] of text.slice(0, longestCompared).matchAll(/[A-Za-z0-9]+/g)) {
      count += 1;
      const plain = word.length <= longest ? word.toLowerCase() : "";
      last = known.has(plain) ? [...last.slice(-quotedRun + 1), plain] : [];
      if (last.length === quotedRun && runs.has(last.join(" "))) return true;
    }
    return count > 0 && count === last.length && runs.has(last.join(" "));
  };
  return textsOf(request, deepest).some(stands);
}

function wordsIn(text: string): string[] {
  return text.match(/[A-Za-z0-9]+/g)?.map((word) => word.toLowerCase()) ?? [];
}

/** Fields of a request that hold names of the API, such as `user`. */
const nameFields: ReadonlySet<string> = new Set([
  "role",
  "type",
  "model",
  "detail",
  "effort",
  "finish_reason",
]);

function textsOf(value: unknown, depth: number): string[] {
  if (typeof value === "string") return [value];
  if (typeof value !== "object" || value === null || depth === 0) return [];
  return Object.entries(value).flatMap(([field, one]) =>
    nameFields.has(field) && typeof one === "string" ? [] : textsOf(one, depth - 1),
  );
}
