import { skipSpace } from "../../plugin/skip-space.ts";
import { mayClose, mayOpen, maySign } from "./framing-starts.ts";
import { loadAsk, units } from "./text-units.ts";

/** Longest beginning and end of an ask that are searched for framing. */
const searched = 400;
/** Number of pieces of framing that are removed at each end. */
const mostPieces = 4;

export interface Framed {
  /** Index of the first UTF-16 unit of what is asked; `end` is the index behind its last one. */
  readonly start: number;
  readonly end: number;
}

const greeting =
  "(?:hi|hello|hey|hallo|greetings|good (?:morning|afternoon|evening|day)|guten (?:tag|morgen|abend)|bonjour|bonsoir|salut|hola|buen[oa]s (?:d[ií]as|tardes|noches)|ciao|salve|buongiorno|ol[aá]|bom dia|boa tarde|merhaba|selam|cze[sś][cć]|dzie[nń] dobry|xin ch[aà]o|привет|здравствуйте|добрый день|مرحبا|السلام عليكم|नमस्ते|dear (?:assistant|all|team|ai|sir or madam))(?: (?:there|all|everyone|team|again|assistant|ai|chatgpt|claude))?(?:[!.,:;،][!.,:;، ]*|(?=\\n)| (?=(?:can|could|please|would)\\b))";
const cjkGreeting = "(?:你好|您好|こんにちは|안녕하세요|안녕)[!！,，.。、 ~]*";
const courtesy =
  "(?:please help(?: me)?(?: with this)?[.!:]|(?:i need|i could use) (?:some |a little )?(?:help|assistance) with (?:something|this)[.:!]|(?:could|can|would|will) you (?:please |kindly )?(?:help(?: me)?(?: (?:out|with this|here))?[?:.]|answer this[?:.]|(?:please |kindly )?tell me:|(?:please|kindly) )|(?:could|can|would|will) you |quick question[:,.]|sorry (?:to bother you|for the (?:trouble|bother))[,.:]|i hope (?:you(?: are|'re)|this finds you) (?:doing )?well[.!]|(?:i was |just )wondering(?: about this)?[:,]|if you have a moment[,:]|i would (?:be grateful for|appreciate) (?:your|any|some) help[:.]|when you have (?:time|a minute)[,:]|please answer:|(?:please|kindly|bitte|por favor|s'il vous pla[iî]t|s'il te pla[iî]t|per favore|l[uü]tfen|prosz[eę]|пожалуйста|कृपया|من فضلك)[,: ]+)";
const cjkCourtesy = "(?:请问|請問|麻烦你|麻烦您|请帮我|すみませんが|恐れ入りますが|실례지만)[,，、:： ]*";
const roles =
  "assistant|expert|bot|chatbot|ai|model|tutor|teacher|professor|engineer|developer|programmer|translator|writer|editor|analyst|consultant|scientist|lawyer|doctor|mathematician|agent|specialist|helper|researcher|coach|advisor";
const role = `(?:(?:from now on,? )?(?:you are|you're|act as|imagine (?:that )?you are|pretend (?:that )?(?:you are|to be)|behave like|take the role of|as) (?:now )?(?:an?|the|my|our) [^.!?:\\n]{0,80}\\b(?:${roles})s?\\b(?:[^.!?:\\n]{0,160})[.!:\\n][ \\n]*)`;
const label =
  "(?:(?:#{1,4} ?)?(?:\\[?inst(?:ruction)?s?\\]?|system|user|human|question|task|prompt|query|input|q)(?: prompt)?(?::\\**(?=\\s|$)|(?=\\n))[ \\n]*|\\[inst\\][ \\n]*)";
const helpful =
  "(?:(?:answer|respond|reply|be) (?:as )?(?:helpful|concise|accurate|honest|polite|truthful|clear)(?:ly)?(?:(?:,| and|, and) [a-z]+){0,3}\\.[ \\n]*)";
export const opening: RegExp = new RegExp(
  `(?:${greeting}|${cjkGreeting}|${courtesy}|${cjkCourtesy}|${role}|${label}|${helpful})`,
  "iy",
);

const thanks =
  "(?:(?:many |warm |kind )?thanks?(?: you)?(?: so much| very much| a lot| kindly| a million| again)?(?: in advance| for (?:your|the|any) (?:help|time|support|answer))?|thx|ty|cheers|please(?: and thank you)?|much appreciated|i(?: would| will|'d)?(?: really)? appreciate (?:it|this|your help|any help)|(?:that|this|it) would be (?:great|lovely|very helpful|helpful|nice)(?:, thank you| if you can)?|let me know(?:, please| what you think)?|have a (?:nice|good|great|lovely) (?:day|evening|weekend|one)|(?:vielen |herzlichen )?dank(?:e)?(?: (?:im voraus|dir|ihnen|sch[oö]n|sehr))*|merci(?: beaucoup| d'avance| bien)*|(?:muchas )?gracias(?: de antemano| por (?:tu|su) ayuda)?|(?:muito )?obrigad[oa]|grazie(?: mille)?|te[sş]ekk[uü]rler|dzi[eę]kuj[eę]|спасибо(?: большое| заранее)?|شكرا(?: جزيلا)?|धन्यवाद|c[aả]m [oơ]n|谢谢(?:你|您)?|感谢|ありがとうございます|よろしくお願いします|감사합니다|고맙습니다)";
export const closing: RegExp = new RegExp(`${thanks}(?:,? [a-z]{0,12})?[ !.:)。！]*$`, "iy");
/** Lines that begin a signature, and all that is behind them. */
export const signature: RegExp =
  /\n[ ]{0,4}(?:--+[ ]?\n|(?:(?:kind|best|warm) )?regards\b|best(?: wishes)?,|sincerely\b|yours\b|sent from my |mit freundlichen gr|cordialement|saludos|с уважением)[\s\S]{0,160}$/i;
const answerLabel = /\n\s*(?:#{1,4} ?)?(?:response|answer|assistant|a|output|\[\/inst\])\s?:?\s*$/i;

/**
 * Finds what is asked without the framing that applications and people put around it: greetings and
 * courtesies in common languages, a sentence that gives the model a role, labels such as "### Instruction",
 * fences and quotation marks around the whole, signatures. Framing in other words stays. If nothing would
 * be left, nothing is removed. Looks at the first and the last 400 units, whatever the length, and leaves in `units` what
 * is read of the text.
 */
export function withoutFraming(text: string): Framed {
  const { length } = text;
  const head = text.slice(0, searched);
  const cut = Math.max(0, length - searched);
  const tail = cut === 0 ? head : text.slice(cut);
  const tailAt = loadAsk(text) - tail.length;
  let start = 0;
  let end = length;
  for (let piece = 0; piece < mostPieces; piece += 1) {
    const from = skipSpace(head, start);
    const to = cut + trimmed(tail, end - cut);
    const wrapped = unwrapped(head, tail, from, to, cut);
    if (wrapped !== undefined) {
      start = wrapped.start;
      end = wrapped.end;
      continue;
    }
    start = from;
    end = to;
    if (!mayOpen(head, start)) break;
    opening.lastIndex = start;
    if (!opening.test(head)) break;
    start = opening.lastIndex;
  }
  for (let piece = 0; piece < mostPieces; piece += 1) {
    const to = trimmed(tail, end - cut);
    const at = lastPart(tailAt, to);
    let found = -1;
    if (at > 0 && mayClose(tail, at)) {
      closing.lastIndex = at;
      if (closing.test(tail.slice(0, to))) found = at;
    }
    if (found < 0 && piece === 0) found = searchTail(tail, to);
    end = cut + to;
    if (found < 0) break;
    end = cut + found;
  }
  start = skipSpace(head, start);
  return start < end && (isDigitOrLetter(head.charCodeAt(start)) || hasContent(text, start, end))
    ? { start, end }
    : { start: 0, end: length };
}

/** Returns the start of a signature or of a label for the answer before `to`; -1 for none. */
function searchTail(tail: string, to: number): number {
  let signs = -1;
  let line = -1;
  for (let at = tail.indexOf("\n"); at >= 0 && at < to; at = tail.indexOf("\n", at + 1)) {
    line = at;
    if (signs < 0 && maySign(tail, at + 1)) signs = at;
  }
  if (line < 0) return -1;
  if (signs >= 0) {
    const found = tail.slice(signs, to).search(signature);
    if (found >= 0) return signs + found;
  }
  const from = skipSpace(tail, line);
  const mayBeLabel =
    to - from <= longestLabel || tail.charCodeAt(from) >= 128 || tail.charCodeAt(to - 1) >= 128;
  return mayBeLabel ? tail.slice(0, to).search(answerLabel) : -1;
}

/** Length of the longest label for an answer: "#### assistant :". */
const longestLabel = 16;

function isDigitOrLetter(code: number): boolean {
  const lower = code | 0x20;
  return (lower >= 0x61 && lower <= 0x7a) || (code >= 0x30 && code <= 0x39);
}

function hasContent(text: string, start: number, end: number): boolean {
  return /[^\s!.?,]/.test(text.slice(start, Math.min(end, start + searched)));
}

function trimmed(text: string, to: number): number {
  let at = to;
  while (at > 0 && text.charCodeAt(at - 1) <= 0x20) at -= 1;
  return at;
}

/**
 * Returns the start of the last line or sentence of the tail, at most 60 units before its end; 0 if it is all of the text.
 * `tailAt` is the place of the tail in `units`.
 */
function lastPart(tailAt: number, end: number): number {
  const first = Math.max(1, end - 60);
  for (let at = end - 2; at >= first; at -= 1) {
    const code = units[tailAt + at] as number;
    if (code > 0x20 && code < 0x80) continue;
    if (code === 0x0a || code === 0x3002 || code === 0xff01 || code === 0xff1f || code === 0xff0c)
      return at + 1;
    if (code === 0x20) {
      const before = units[tailAt + at - 1] as number;
      // A full stop, an exclamation or question mark, a comma or a dash in front of the space.
      if (before === 0x2e || before === 0x21 || before === 0x3f || before === 0x2c || before === 0x2d)
        return at + 1;
    }
  }
  return 0;
}

/** Removes a fence, quotation marks or the mark of a quotation around the whole. */
function unwrapped(head: string, tail: string, from: number, to: number, cut: number): Framed | undefined {
  const first = head.charCodeAt(from);
  if (isDigitOrLetter(first)) return undefined;
  if (first === 0x3e && head.charCodeAt(from + 1) === 0x20) return { start: from + 2, end: to };
  const closes = (mark: string): boolean => to - from > 2 * mark.length && tail.endsWith(mark, to - cut);
  if (first === 0x60 && head.startsWith("```", from) && closes("```")) {
    const line = head.indexOf("\n", from);
    // A language behind the fence, or the text itself.
    return { start: line > 0 && line - from < 24 ? line + 1 : from + 3, end: to - 3 };
  }
  if (first === 0x22 && head.startsWith('"""', from) && closes('"""'))
    return { start: from + 3, end: to - 3 };
  const last = tail.charCodeAt(to - cut - 1);
  const pair =
    (first === 0x22 && last === 0x22) ||
    (first === 0x201c && last === 0x201d) ||
    (first === 0xab && last === 0xbb) ||
    (first === 0x300c && last === 0x300d) ||
    (first === 0x27 && last === 0x27);
  // Marks around the whole only: no other mark of this kind inside the part that is read.
  if (!pair || to - from < 4) return undefined;
  const inside = head.indexOf(head[from] as string, from + 1);
  if (first === last && inside >= 0 && inside < to - 1) return undefined;
  return { start: from + 1, end: to - 1 };
}
