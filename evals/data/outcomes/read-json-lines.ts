import { OutcomeFormatError } from "../../../src/contracts/index.ts";
import { jsonDepth } from "./json-depth.ts";
import { readChunks } from "./read-chunks.ts";

export interface JsonLinesOptions {
  /** Longest line, in bytes. Default 16 MiB. */
  readonly maxLineBytes?: number | undefined;
  /** Called with a line that is not JSON, or not UTF-8, as a crash leaves it in a log, which is then left out. Default: it throws. */
  readonly onBroken?: ((line: number) => void) | undefined;
  /**
   * Called with a last line that has no end and is not JSON, as a process leaves it that is killed in the middle of a write,
   * or has not written all of it yet; it is left out. Default: as `onBroken`.
   */
  readonly onCut?: ((line: number) => void) | undefined;
}

/** Source of lines other than a file, for instance stdin. */
export interface JsonLinesSource {
  /** Name for errors, in place of a path. */
  readonly name: string;
  readonly chunks: AsyncIterable<Uint8Array>;
}

export interface JsonLine {
  /** Line counted from 1. */
  readonly line: number;
  readonly value: unknown;
}

const defaultMaxLineBytes = 16 * 1024 * 1024;
const newline = 0x0a;
const mayBeCut = ". It is the last and has no end, as a killed process leaves it: then take it out";
/** Deepest nesting that is accepted: code that walks a value, or writes it, may recurse. */
const deepest = 1_000;

/**
 * Streams the values of a JSON Lines file, decompressed if its name ends in `.gz`, or of another source.
 * Empty lines and a byte-order mark are skipped. Memory is bounded by the longest line. Throws
 * `OutcomeFormatError`, which names file and line and holds none of the text.
 */
export async function* readJsonLines(
  source: string | JsonLinesSource,
  options: JsonLinesOptions = {},
): AsyncGenerator<JsonLine, void, void> {
  const { name: path, chunks } =
    typeof source === "string" ? { name: source, chunks: readChunks(source) } : source;
  const decoder = new TextDecoder("utf-8", { fatal: true });
  const ofCut = typeof source === "string" ? mayBeCut : "";
  for await (const { line, bytes, isEnded } of rawLines(path, chunks, options.maxLineBytes)) {
    const onBroken = (isEnded ? undefined : options.onCut) ?? options.onBroken;
    let text: string;
    try {
      text = decoder.decode(bytes);
    } catch {
      // A crash may cut a line within a character, too.
      if (onBroken !== undefined) {
        onBroken(line);
        continue;
      }
      throw new OutcomeFormatError(path, line, "line", `is not UTF-8${isEnded ? "" : ofCut}`);
    }
    if (text.trim() === "") continue;
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch {
      if (onBroken !== undefined) {
        onBroken(line);
        continue;
      }
      // The parser's own message quotes the text.
      const problem = `is not JSON: write one object a line${isEnded ? "" : ofCut}`;
      throw new OutcomeFormatError(path, line, "line", problem);
    }
    if (isTooDeep(text)) throw new OutcomeFormatError(path, line, "line", `is nested deeper than ${deepest}`);
    yield { line, value };
  }
}

function isTooDeep(text: string): boolean {
  // Length or few brackets decide for most lines, which is faster than to follow the nesting.
  if (text.length <= 2 * deepest) return false;
  let opening = 0;
  for (const bracket of "[{")
    for (let at = text.indexOf(bracket); at >= 0; at = text.indexOf(bracket, at + 1)) opening += 1;
  return opening > deepest && jsonDepth(text) > deepest;
}

interface RawLine {
  readonly line: number;
  readonly bytes: Uint8Array;
  readonly isEnded: boolean;
}

/** Streams lines as bytes, without their line breaks, which the last may lack. Throws `OutcomeFormatError` for one that is too long. */
export async function* rawLines(
  path: string,
  chunks: AsyncIterable<Uint8Array>,
  maxLineBytes: number = defaultMaxLineBytes,
): AsyncGenerator<RawLine, void, void> {
  let line = 1;
  let pending: Uint8Array[] = [];
  let pendingBytes = 0;
  const take = (part: Uint8Array): void => {
    pendingBytes += part.length;
    if (pendingBytes > maxLineBytes) {
      throw new OutcomeFormatError(
        path,
        line,
        "line",
        `is longer than ${maxLineBytes} bytes (option maxLineBytes)`,
      );
    }
    if (part.length > 0) pending.push(part);
  };
  const end = (isEnded: boolean): RawLine => {
    const bytes = pending.length === 1 ? (pending[0] as Uint8Array) : Buffer.concat(pending);
    pending = [];
    pendingBytes = 0;
    const ended = { line, bytes, isEnded };
    line += 1;
    return ended;
  };
  for await (const chunk of chunks) {
    let start = 0;
    for (let at = chunk.indexOf(newline); at >= 0; at = chunk.indexOf(newline, start)) {
      take(chunk.subarray(start, at));
      yield end(true);
      start = at + 1;
    }
    take(chunk.subarray(start));
  }
  if (pendingBytes > 0) yield end(false);
}
