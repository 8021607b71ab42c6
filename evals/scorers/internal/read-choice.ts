import { afterThinking } from "./after-thinking.ts";
import { lastBoxed } from "./last-boxed.ts";

/** Number of characters at the end of an answer that are searched. */
const tailLength = 100_000;

/** Letters that an answer chooses, in capitals: none, one, or several if it is ambiguous. */
export type Chosen = readonly string[];

/** Statement at a place of a text; the last one counts. */
interface Statement {
  readonly at: number;
  readonly letters: Chosen;
}

const asks = "(?:answer|choice|option|selection|solution|antwort|réponse|respuesta|risposta|resposta)s?";
const are = "(?:is|are|be|was|ist|est|es)";
const hedges = "(?:most )?(?:likely|probably|clearly|therefore|thus|indeed|definitely|then|still|now)";

/** Phrases before a chosen letter. Quantifiers are bounded: linear in the length of the text. */
const leads: readonly RegExp[] = [
  // "The correct answer among these is most likely option (B)", "Answer: B", "{'answer': 'B'}"
  new RegExp(
    `\\b${asks}\\b(?:[^.!?:\\n]{0,60}?\\b${are}\\b\\s{0,3}(?:${hedges}\\s{1,3})?|["']?\\s{0,3})(?:[:=–—]|-(?=\\s))?\\s{0,3}`,
    "gi",
  ),
  /答案\s{0,3}[是为:]?\s{0,3}/g,
  // "I would choose B", "we pick (B)", "I'll go for B"
  /\b(?:choose|chose|select|pick|picked|(?:going|go) (?:with|for))\s{1,3}/gi,
  /#{4}\s{0,3}/g,
];

/** Phrases that may precede a chosen letter: "It's B.", "That leaves B.", "So, B". */
const weakLead =
  /\b(?:(?:it|that|this)(?:['’]s| is| must be| would be)|leaves(?: us with)?|so|thus|hence|therefore),?\s{1,3}(?=["'([{<]{0,2}[A-Za-z]["')\]}>]{0,2}\s{0,3}(?:[.,;\n]|$))/gi;

/** Phrases after a chosen letter: "(B) is correct", "Option B would be the best answer". */
const follows =
  /\b([A-Za-z])\b[)\]}.:"']{0,2}\s{0,3}(?:is|seems|looks|(?:would|should|must|has\sto)\sbe)\s{1,3}(?:the\s{1,3})?(?:only\s{1,3})?(?:correct|right|best|answer|most\s(?:likely|appropriate|accurate|suitable))\b/g;

/**
 * Finds the letter that an answer chooses among the first `choices` letters: the one that it boxes or states
 * last ("The answer is (B)", `\boxed{B}`, "B is correct"), else a line that is only a letter, else a line
 * that begins with one ("B. Paris"), else the only letter in brackets or in bold, else, in a short answer,
 * the only separate letter.
 */
export function readChoice(output: string, choices: number): Chosen {
  const isChoice = (letter: string): boolean => {
    const number = letter.toUpperCase().charCodeAt(0) - 64;
    return letter.length === 1 && number >= 1 && number <= choices;
  };
  const raw = afterThinking(output.slice(-tailLength)).normalize("NFKC").slice(-tailLength);
  const text = plain(raw);
  return (
    lastStatement([
      ...statements(text, leads, isChoice),
      ...confirmed(text, isChoice),
      ...boxed(text, isChoice),
    ]) ??
    distinct(lettersAlone(text), isChoice) ??
    lastStatement([...statements(text, [weakLead], isChoice)]) ??
    distinct(lettersFirst(text, isChoice), isChoice) ??
    distinct(lettersInBrackets(text), isChoice) ??
    shortAnswer(text, isChoice) ??
    []
  );
}

/** Removes the marks of Markdown and LaTeX; a letter in bold or code becomes one in brackets. */
function plain(text: string): string {
  return text
    .replace(/(?:\*{1,3}|__|`)\s?([A-Za-z])\s?(?:\*{1,3}|__|`)/g, "($1)")
    .replace(/\\(?:text|textbf|textrm|mathrm|mathbf|mathsf|bf|rm)\b\s?\{?/g, (found) =>
      found.endsWith("{") ? "{" : "",
    )
    .replace(/\\[()[\]]|[*`$]|__/g, "");
}

function lastStatement(found: readonly Statement[]): Chosen | undefined {
  let last: Statement | undefined;
  for (const statement of found) if (last === undefined || statement.at >= last.at) last = statement;
  return last?.letters;
}

function* statements(
  text: string,
  leads: readonly RegExp[],
  isChoice: (letter: string) => boolean,
): Generator<Statement> {
  for (const lead of leads) {
    for (const { index, 0: words } of text.matchAll(lead)) {
      const at = index + words.length;
      const letters = lettersAt(text.slice(at, at + 80), isChoice);
      if (letters.length > 0) yield { at, letters };
    }
  }
}

function* confirmed(text: string, isChoice: (letter: string) => boolean): Generator<Statement> {
  for (const { index, 1: letter } of text.matchAll(follows)) {
    if (letter !== undefined && letter === letter.toUpperCase() && isChoice(letter) && mayChoose(text, index))
      yield { at: index, letters: [letter] };
  }
}

function* boxed(text: string, isChoice: (letter: string) => boolean): Generator<Statement> {
  const box = lastBoxed(text);
  if (box === undefined) return;
  const letters = lettersAt(box.content.replace(/[{}\\]/g, " "), isChoice);
  if (letters.length > 0) yield { at: box.at, letters };
}

const first =
  /^(?:(?:either|both|option|choice|answer|letter)\s{1,3}){0,2}["'‘“«([{<]{0,2}\s?([A-Za-z])(?!['’]?[\p{L}\p{N}]|[+#])/iu;
const further =
  /^["')\]}>.]{0,2}\s{0,3}(?:,?\s{0,2}(?:or|and)\b|[,/&])\s{0,3}(?:(?:maybe|perhaps|possibly|even|option)\s{1,3}){0,2}["'([{<]{0,2}([A-Za-z])(?=["')\]}>]{0,2}\s{0,3}(?:[.,;/&\n]|or\b|and\b|$))/i;

/** Letter at the beginning of a text, and those that it joins to it: "B", "(A) or (C)". */
function lettersAt(text: string, isChoice: (letter: string) => boolean): string[] {
  const found = first.exec(text);
  const letter = found?.[1];
  if (found === null || letter === undefined || !isChoice(letter)) return [];
  let rest = text.slice(found[0].length);
  if (isWord(letter, found[0], rest)) return [];
  const letters = [letter.toUpperCase()];
  for (let more = further.exec(rest); more !== null; more = further.exec(rest)) {
    if (more[1] !== undefined && isChoice(more[1])) letters.push(more[1].toUpperCase());
    rest = rest.slice(more[0].length);
  }
  return [...new Set(letters)];
}

/**
 * True if a letter is the article or the pronoun ("a dog", "I think") or an initial ("D-day"), not a choice.
 */
function isWord(letter: string, upToLetter: string, rest: string): boolean {
  if (/["'‘“«([{<]\s?.$/.test(upToLetter)) return false;
  if (/^-\p{L}/u.test(rest)) return true;
  if (/^[aAI]$/.test(letter)) {
    return /^\s{1,3}(?!(?:because|since|as|and|or|but|for|which|with|given|due|is|being|not)\b)[\p{L}\p{N}]/u.test(
      rest,
    );
  }
  // Small letters are choices only if a sentence or a bracket ends after them.
  return letter !== letter.toUpperCase() && !/^["']?\s{0,3}(?:$|[.,;:)\]}>\n])/.test(rest);
}

/** Lines that consist of one letter. */
function lettersAlone(text: string): string[] {
  return lettersOf(
    text.matchAll(/^[ \t]{0,8}(?:[-•]\s)?["'([{<]{0,2}([A-Za-z])["')\]}>.:,]{0,2}[ \t]{0,8}$/gm),
  );
}

const labels = /^[ \t]{0,8}(?:[-•]\s)?(["'([{<]?([A-Za-z])(["')\]}>.:,]{0,2})([ \t]{0,8})(\S.{0,80}))/gm;

/**
 * Texts that may follow a letter that is a choice: a reason, or a statement about it. "B cells" is a text.
 */
const reasons =
  /^(?:[–—(-]|(?:because|since|given|as it|for)\b|(?:is|are(?:\sboth)?)(?:\s(?:correct|right|true|the|my)\b|[.!]?$))/;
/** Texts after a letter that is not a choice: "B is wrong". */
const denials =
  /^["')\]}>.:,]{0,2}\s{0,3}(?:(?:is|are)(?:n['’]t|\s(?:not|wrong|incorrect|false))|can(?:not|['’]t|\snot))\b/;
/** Texts that may precede a letter that is a choice. "Vitamin C" and "Plan B" are texts. */
const introductions =
  /(?:^|[.!?:;,>\n–—\p{Script=Han}]|\b(?:option|choice|answer|letter|statement|is|it['’]s|that['’]s|be|say|said|think|believe|guess|pick|choose|chose|select|with|or|and|that|definitely|probably|likely|clearly|obviously|certainly|surely|maybe|perhaps|so|thus|hence|therefore|then|either|both|only|between))\s{0,3}["'‘“«([{<]{0,2}$/iu;

/** True if a letter at a place of a text can be a choice, by the text before it. */
function mayChoose(text: string, at: number): boolean {
  return introductions.test(text.slice(Math.max(0, at - 20), at));
}

/** Letters at the beginning of lines: "B. Paris", "B because …". */
function lettersFirst(text: string, isChoice: (letter: string) => boolean): string[] {
  return [...text.matchAll(labels)].flatMap(
    ([, line = "", letter = "", mark = "", space = "", next = ""]) => {
      const isLabel = mark !== "" && mark !== "," && (space !== "" || /[:)\]]$/.test(mark));
      // "A" and "I" may be words.
      const begins = mark !== "'" && space !== "" && /^[B-HJ-Z]$/.test(letter) && reasons.test(next);
      const denied = denials.test(`${mark}${space}${next}`);
      return (isLabel || begins) && !denied ? lettersAt(line, isChoice) : [];
    },
  );
}

function lettersInBrackets(text: string): string[] {
  const found = [...text.matchAll(/(?<![\p{L}\p{N}])[([]\s?([A-Za-z])\s?[)\]]/gu)];
  return lettersOf(found.filter(({ index, 0: whole }) => !isDenied(text, index, index + whole.length)));
}

function isDenied(text: string, start: number, end: number): boolean {
  return (
    /(?:\bnot|n['’]t|\bnever)\s{1,3}$/i.test(text.slice(Math.max(0, start - 10), start)) ||
    denials.test(text.slice(end, end + 30))
  );
}

function shortAnswer(text: string, isChoice: (letter: string) => boolean): Chosen | undefined {
  const line = text.trim();
  if (line.length > 200 || line.includes("\n")) return undefined;
  const letters = line.matchAll(/(?<![\p{Script=Latin}\p{N}'’-])([A-Z])(?![\p{Script=Latin}\p{N}'’-])/gu);
  const alone = [...letters].filter(({ index, 1: letter = "" }) => {
    const rest = line.slice(index + 1);
    return (
      mayChoose(line, index) &&
      isSaid(rest) &&
      !isWord(letter, letter, rest) &&
      !isDenied(line, index, index + 1)
    );
  });
  return distinct(lettersOf(alone), isChoice);
}

/** True if the statement ends with the letter, or a reason or an option's text in capitals follows it. */
function isSaid(rest: string): boolean {
  return (
    /^["')\]}>]{0,2}\s{0,3}(?:$|[.!?,;:/&<]|\p{Lu}|\p{N}|(?:or|and|but)\b)/u.test(rest) ||
    reasons.test(rest.trimStart())
  );
}

function lettersOf(matches: Iterable<RegExpMatchArray>): string[] {
  return Array.from(matches, ([, letter = ""]) => letter);
}

/** Distinct choices among letters; undefined if there are none. */
function distinct(letters: readonly string[], isChoice: (letter: string) => boolean): Chosen | undefined {
  const chosen = new Set(letters.filter(isChoice).map((letter) => letter.toUpperCase()));
  return chosen.size === 0 ? undefined : [...chosen];
}
