import type { CompletionChunk } from "../../../contracts/index.ts";

/** Most chunks of a stream that are looked at for a shape. Some servers send chunks of which no two are alike. */
const mostTries = 6;
/** Longest JSON of a chunk from which a shape is learnt, in characters: a stream keeps it. */
const longestShape = 4_096;
/** Stands for a chunk's text while a shape is learnt. */
const mark = "\u2020chunk text\u2020";
/** Ways in which servers write the beginning of the text, with its quotation mark. */
const openings: readonly string[] = ['"content":"', '"content": "'];
/** Characters that a text of JSON has only in an escape, or not at all. */
const notPlain = /["\\]|[^ -\uffff]/;
/** Length from which a part of a string keeps the whole of it in memory. */
const keptLength = 13;

/** A chunk, and its JSON before and after its text, both with the quotation mark. */
interface Shape {
  readonly before: string;
  readonly after: string;
  readonly chunk: Fields;
  readonly choice: Fields;
  readonly delta: Fields;
}

type Fields = Readonly<Record<string, unknown>>;

/**
 * Reads the chunks of one stream. Most differ from the one before by their text alone: where all else of the JSON is the
 * same, character by character, the chunk is a copy of the one before with another text, for a third of what parsing costs.
 * It is what `JSON.parse` would return.
 */
export class ChunkParser {
  #shape: Shape | undefined;
  #tries = 0;
  /** True if the last chunk was a copy of one that was parsed, but for its text. */
  isLikeBefore = false;

  /** Throws `SyntaxError`, as `JSON.parse` does. */
  parse(data: string): unknown {
    const shape = this.#shape;
    const content = shape && contentOf(data, shape);
    if (shape !== undefined && content !== undefined) {
      this.isLikeBefore = true;
      return { ...shape.chunk, choices: [{ ...shape.choice, delta: { ...shape.delta, content } }] };
    }
    this.isLikeBefore = false;
    const chunk: unknown = JSON.parse(data);
    if (this.#tries < mostTries && data.length <= longestShape && hasText(chunk)) {
      this.#tries += 1;
      this.#shape = shapeOf(data, chunk) ?? shape;
    }
    return chunk;
  }
}

/** Returns the text of a chunk that has this shape; undefined for any other. */
function contentOf(data: string, { before, after }: Shape): string | undefined {
  const end = data.length - after.length;
  // `startsWith` takes as long as parsing where the other string is a part of one.
  if (end < before.length || data.slice(0, before.length) !== before || data.slice(end) !== after)
    return undefined;
  const text = data.slice(before.length, end);
  if (text.length < keptLength && !notPlain.test(text)) return text;
  try {
    const content: unknown = JSON.parse(data.slice(before.length - 1, end + 1));
    return typeof content === "string" ? content : undefined;
  } catch {
    // There are more values than the text in between.
    return undefined;
  }
}

/** True for a chunk with one choice, and a text as its only value below the fields of that. */
function hasText(chunk: unknown): chunk is CompletionChunk {
  const choice = onlyChoice(chunk as CompletionChunk | null);
  const delta = choice?.delta;
  // What ends an answer, or belongs to another one, is read each time.
  if (choice?.index || choice?.finish_reason) return false;
  return (
    typeof delta?.content === "string" &&
    isFlat(chunk as CompletionChunk, "choices") &&
    isFlat(choice, "delta") &&
    isFlat(delta)
  );
}

/** Returns the shape of such a chunk; undefined if the place of its text is not sure. */
function shapeOf(data: string, chunk: CompletionChunk): Shape | undefined {
  const choice = onlyChoice(chunk);
  const delta = choice?.delta;
  const content = delta?.content ?? mark;
  if (content === mark || notPlain.test(content)) return undefined;
  for (const opening of openings) {
    const found = data.indexOf(opening);
    if (found < 0) continue;
    const start = found + opening.length;
    const end = start + content.length;
    if (!data.startsWith(content, start) || data[end] !== '"') continue;
    // Both are parts of this text alone: `data` may be a part of one of megabytes, which they would keep.
    const marked = `${data.slice(0, start)}${mark}${data.slice(end)}`;
    if (!isText(marked)) continue;
    const before = marked.slice(0, start);
    const after = marked.slice(start + mark.length);
    // Copies, since the chunk itself belongs to its reader.
    return { before, after, chunk: { ...chunk }, choice: { ...choice }, delta: { ...delta } };
  }
  return undefined;
}

/** True if the mark stands where the parser takes the text from: a name may be there twice. */
function isText(marked: string): boolean {
  try {
    return onlyChoice(JSON.parse(marked))?.delta?.content === mark;
  } catch {
    return false;
  }
}

function onlyChoice(chunk: Partial<CompletionChunk> | null): CompletionChunk["choices"][number] | undefined {
  const { choices } = chunk ?? {};
  return Array.isArray(choices) && choices.length === 1 ? choices[0] : undefined;
}

/** True for fields without objects, but for one: a copy of them shares nothing that a reader could change. */
function isFlat(fields: object | null | undefined, but?: string): boolean {
  for (const [name, value] of Object.entries(fields ?? {}))
    if (name !== but && typeof value === "object" && value !== null) return false;
  return true;
}
