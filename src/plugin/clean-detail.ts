import { errorWords } from "./error-words.ts";
import { showHidden } from "./show-hidden.ts";

/** Longest text of a server that is shown, in characters. */
const longest = 2_000;
/** Longest word that is compared with a prompt, in characters; a longer one is left out. */
const longestWord = 60;
/** Deepest nesting of a request whose texts are read. */
const deepest = 64;

/** Words of ASCII letters and digits; of other scripts each character counts as one, as they need no spaces. */
const words = /[A-Za-z0-9]+|[^\0-\x7f]/g;

/** Words that look like a key: a known start, or long and of letters and digits. */
const secret =
  /\b(?:(?:sk|pk|rk|gsk|xai|key|pat|ghp|gho|glpat|hf|org|proj)[-_]|AIza|eyJ)[\w.*-]{6,}|(?=[\w*+/=-]{0,200}\d)(?=[\w*+/=-]{0,200}[A-Za-z*])[\w*+/=-]{20,200}/g;
/** The text after the name of a secret, up to a space. */
const named =
  /\b((?:api[-_ ]?key|key|token|secret|password|bearer|basic|authorization|credentials?)["'`]?(?: provided| is)?\s{0,3}[:=]\s{0,3}|bearer |basic )(?!not\b|is\b|auth)["'`]?[^\s"'`,;]{1,400}/gi;

/**
 * Returns the text of a server for a reader who may not see the prompt: at most 2,000 characters, with
 * `[removed]` for what looks like a key or an address's credentials, and `[prompt]` for words that `request`
 * holds, unless they are words of errors that stand alone. Time is linear in both.
 */
export function cleanDetail(text: string, request: unknown, model: string): string {
  const start = text.length > longest ? `${text.slice(0, longest)} …` : text;
  const name = model.slice(model.indexOf(":") + 1);
  const withoutKeys = start
    .replace(/:\/\/[^\s/@]{1,200}@/g, "://[removed]@")
    .replace(named, "$1[removed]")
    .replace(secret, (found) => (name.includes(found) || found.includes(name) ? found : "[removed]"));
  return showHidden(withoutWordsOf(request, withoutKeys, name));
}

interface Word {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

function withoutWordsOf(request: unknown, text: string, name: string): string {
  const found: Word[] = [...text.matchAll(words)].map(({ 0: word, index }) => ({
    start: index,
    end: index + word.length,
    text: word.toLowerCase(),
  }));
  const own = new Set(name.toLowerCase().match(words) ?? []);
  const wanted = new Set(found.map((word) => word.text));
  const asked = wordsAskedIn(request, wanted);
  const isAsked = (at: number): boolean => asked.has(found[at]?.text ?? "");
  const hidden = found.map(
    (word, at) => isAsked(at) && !errorWords.has(word.text) && !own.has(word.text) && !isMark(word, text),
  );
  // A quoted sentence holds plain words, too, and words that were cut or escaped.
  const mayBeQuoted = (at: number): boolean =>
    isAsked(at) || !(errorWords.has(found[at]?.text ?? "") || own.has(found[at]?.text ?? ""));
  for (let at = 1; at < found.length; at += 1) hidden[at] ||= hidden[at - 1] === true && mayBeQuoted(at);
  for (let at = found.length - 2; at >= 0; at -= 1) hidden[at] ||= hidden[at + 1] === true && mayBeQuoted(at);
  for (let at = 0, run = 0; at <= found.length; at += 1) {
    if (at < found.length && isAsked(at)) run += 1;
    else {
      if (run >= longestRun) hidden.fill(true, at - run, at);
      run = 0;
    }
  }
  let shown = "";
  let end = 0;
  let wasHidden = false;
  for (const [at, word] of found.entries()) {
    if (hidden[at] !== true) {
      shown += text.slice(end, word.end);
      wasHidden = false;
    } else if (!wasHidden) {
      shown += `${text.slice(end, word.start)}[prompt]`;
      wasHidden = true;
    }
    end = word.end;
  }
  return shown + text.slice(end);
}

/** Words of errors in a row that a request holds, from which they count as quoted. */
const longestRun = 8;

/** True for the `removed` of a mark that was set before. */
function isMark({ start, end, text: word }: Word, text: string): boolean {
  return word === "removed" && text[start - 1] === "[" && text[end] === "]";
}

/** Returns those of the wanted words that a request's texts hold. */
function wordsAskedIn(request: unknown, wanted: ReadonlySet<string>): ReadonlySet<string> {
  const asked = new Set<string>();
  const read = (text: string): void => {
    for (let at = 0; at < text.length && asked.size < wanted.size; ) {
      const start = at;
      while (isLetter(text.charCodeAt(at))) at += 1;
      if (at === start) at += 1;
      const length = at - start;
      if (length > longestWord) continue;
      const word = text.slice(start, at).toLowerCase();
      if (wanted.has(word)) asked.add(word);
    }
  };
  const walk = (value: unknown, depth: number): void => {
    if (typeof value === "string") read(value);
    else if (typeof value === "number") read(String(value));
    else if (typeof value === "object" && value !== null && depth < deepest)
      for (const one of Object.values(value)) walk(one, depth + 1);
  };
  walk(request, 0);
  return asked;
}

function isLetter(code: number): boolean {
  return (code >= 0x30 && code <= 0x39) || (code >= 0x41 && code <= 0x5a) || (code >= 0x61 && code <= 0x7a);
}
