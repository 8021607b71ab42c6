/** A vocabulary of bytes, some words, and the marks that chat templates use; made here, so that none has to be fetched. */
export interface Vocabulary {
  readonly tokens: readonly string[];
  /** Pairs whose tokens become one, in the order in which they do. */
  readonly merges: readonly string[];
  /** Marks that are one token each, whatever stands around them. */
  readonly marks: readonly string[];
  readonly endOfTurn: string;
  readonly endOfText: string;
}

const endOfTurn = "<|im_end|>";
const endOfText = "<|endoftext|>";
export const marks: readonly string[] = [
  endOfText,
  "<|im_start|>",
  endOfTurn,
  "<think>",
  "</think>",
  "<tool_call>",
  "</tool_call>",
];

const words =
  "the is how deep harbour word and of a in to user assistant system tool name depth true false".split(" ");

/** Characters in which GPT-2's tokenizers write the 256 bytes: printable ones are themselves, others follow from 256. */
function byteCharacters(): readonly string[] {
  const isPrintable = (byte: number) =>
    (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte <= 0xac) || byte >= 0xae;
  let next = 256;
  return Array.from({ length: 256 }, (_, byte) => String.fromCodePoint(isPrintable(byte) ? byte : next++));
}

/** Makes the vocabulary: bytes, then each word letter by letter, with and without the space before it, then the marks. */
export function makeVocabulary(): Vocabulary {
  const characters = byteCharacters();
  const space = characters[0x20] as string;
  const tokens = new Set(characters);
  const merges: string[] = [];
  for (const word of words.flatMap((plain) => [plain, space + plain])) {
    let so = word.slice(0, 1);
    for (const letter of word.slice(1)) {
      const merged = so + letter;
      if (!tokens.has(merged)) merges.push(`${so} ${letter}`);
      tokens.add(merged);
      so = merged;
    }
  }
  return { tokens: [...tokens, ...marks], merges, marks, endOfTurn, endOfText };
}

/** Whether a token is plain text that a reader sees: models of random weights then write text, and no broken UTF-8. */
export function isPlain(token: string): boolean {
  return /^[\x21-\x7e\u0120]+$/.test(token) && !marks.includes(token);
}

/** Number of a mark's token. */
export function markOf(mark: string): number {
  return makeVocabulary().tokens.indexOf(mark);
}
