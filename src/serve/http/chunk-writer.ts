import type { CompletionChunk } from "../../contracts/index.ts";

/** Most chunks of a stream that are looked at for a shape. In some streams no two are alike. */
const mostTries = 6;
/** Longest JSON of a chunk, without its text, that is kept as a shape, in characters: a stream keeps it. */
const longestShape = 4_096;
/** Stands for a chunk's text while a shape is learnt. */
const mark = "\u2020chunk text\u2020";
const markedText = JSON.stringify(mark);

/** A chunk, and its JSON before and after its text. */
interface Shape {
  readonly before: string;
  readonly after: string;
  readonly chunk: Fields;
  readonly choice: Fields;
  readonly delta: Fields;
}

/** Fields of an object in their order. In a list: to ask an object for its names makes one each time. */
type Fields = readonly (readonly [name: string, value: unknown])[];

/**
 * Writes the chunks of one stream as JSON. Most differ from the one before by their text alone: to compare them costs a third
 * of what writing all of it again costs. The result is that of `JSON.stringify`. `without`: a field that is left out.
 */
export class ChunkWriter {
  readonly #without: string | undefined;
  #shape: Shape | undefined;
  #tries = 0;

  constructor(without?: "usage") {
    this.#without = without;
  }

  write(chunk: CompletionChunk): string {
    const shape = this.#shape;
    const content = shape && contentOf(chunk, shape, this.#without);
    if (shape !== undefined && content !== undefined)
      return shape.before + JSON.stringify(content) + shape.after;
    const sent = this.#without === undefined ? chunk : withoutUsage(chunk);
    const learnt = this.#tries < mostTries ? shapeOf(sent) : undefined;
    this.#tries += 1;
    if (learnt === undefined) return JSON.stringify(sent);
    if (learnt.before.length + learnt.after.length <= longestShape) this.#shape = learnt;
    return learnt.before + JSON.stringify(chunk.choices[0]?.delta.content) + learnt.after;
  }
}

function withoutUsage(chunk: CompletionChunk): CompletionChunk {
  if (chunk.usage === undefined) return chunk;
  const { usage: _, ...sent } = chunk;
  return sent;
}

/** Returns the text of a chunk that has all else of a shape; undefined for any other. */
function contentOf(chunk: CompletionChunk, shape: Shape, without: string | undefined): string | undefined {
  if (!isLike(chunk, shape.chunk, "choices", without)) return undefined;
  const { choices } = chunk;
  const choice = Array.isArray(choices) && choices.length === 1 ? choices[0] : undefined;
  if (choice === undefined || !isLike(choice, shape.choice, "delta")) return undefined;
  const { delta } = choice;
  if (!isLike(delta, shape.delta, "content")) return undefined;
  return typeof delta.content === "string" ? delta.content : undefined;
}

/** True for a plain object with the same fields in the same order, and the same values in all but one. */
function isLike(value: object | null | undefined, like: Fields, but: string, without?: string): boolean {
  if (value === null || value === undefined || Object.getPrototypeOf(value) !== Object.prototype)
    return false;
  let at = 0;
  for (const name in value) {
    if (name === without) continue;
    const field = like[at];
    if (field === undefined || name !== field[0]) return false;
    if (name !== but && (value as Readonly<Record<string, unknown>>)[name] !== field[1]) return false;
    at += 1;
  }
  return at === like.length;
}

/** Returns the shape of a chunk with one choice, and a text as its only value below the fields of that. */
function shapeOf(chunk: CompletionChunk): Shape | undefined {
  const { choices } = chunk;
  const choice = Array.isArray(choices) && choices.length === 1 ? choices[0] : undefined;
  if (choice === undefined || typeof choice?.delta?.content !== "string") return undefined;
  const { delta } = choice;
  if (!isFlat(chunk, "choices") || !isFlat(choice, "delta") || !isFlat(delta, "content")) return undefined;
  const marked = { ...chunk, choices: [{ ...choice, delta: { ...delta, content: mark } }] };
  const [before, after, more] = JSON.stringify(marked).split(markedText);
  if (before === undefined || after === undefined || more !== undefined) return undefined;
  // Copies, since the chunk itself belongs to the router.
  const [ofChunk, ofChoice, ofDelta] = [Object.entries(chunk), Object.entries(choice), Object.entries(delta)];
  return { before, after, chunk: ofChunk, choice: ofChoice, delta: ofDelta };
}

/** True for a plain object whose values, but for one, are neither objects nor functions. */
function isFlat(fields: object, but: string): boolean {
  if (Object.getPrototypeOf(fields) !== Object.prototype) return false;
  for (const [name, value] of Object.entries(fields)) {
    if (name === "toJSON") return false;
    if (name !== but && ((typeof value === "object" && value !== null) || typeof value === "function"))
      return false;
  }
  return true;
}
