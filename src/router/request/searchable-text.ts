import { type ChatRequest, InvalidRequestError } from "../../contracts/index.ts";
import { withReadings } from "../../plugin/readings.ts";
import { textOfData } from "./native-rest.ts";
import { fieldOfData, textOfFile } from "./text-of-file.ts";
import { vocabulary } from "./vocabulary.ts";

/** Deepest nesting of a request. Chat formats need about ten levels; schemas of tools some more. */
const deepest = 200;

/**
 * Returns all text of a request, for detectors: every string that is sent, whatever its place, in linear time.
 * Names of fields count where the request chose them (`metadata`, properties of a schema). Binary `data:`
 * URLs are left out, textual ones are decoded. Throws `InvalidRequestError` for a request that is nested too
 * deeply to be read. `more`: texts that are sent besides.
 */
export function searchableText(chat: ChatRequest, more: readonly string[] = []): string {
  const reader = new Reader();
  reader.read(chat, { field: "", within: "", depth: 0 });
  return withReadings([...reader.texts, ...more].join("\n"));
}

interface Place {
  readonly field: string;
  /** Field of the object that has it. */
  readonly within: string;
  readonly depth: number;
}

class Reader {
  readonly texts: string[] = [];
  readonly #vocabulary = vocabulary();
  /** Objects that were read, so that one which occurs many times, or in itself, is read once. */
  readonly #seen = new Set<object>();

  read(value: unknown, place: Place): void {
    if (typeof value === "string") this.#readText(value, place);
    else if (typeof value === "object" && value !== null) this.#readObject(value, place);
  }

  #readObject(value: object, { field, within, depth }: Place): void {
    if (this.#seen.has(value)) return;
    this.#seen.add(value);
    if (depth > deepest)
      throw new InvalidRequestError("messages", `is nested more than ${deepest} levels deep: flatten it`);
    if (Array.isArray(value)) {
      for (const one of value) this.read(one, { field, within, depth: depth + 1 });
      this.#join(value);
      return;
    }
    const inData = textOfData(value as Record<string, unknown>);
    if (inData !== undefined) this.texts.push(inData);
    for (const key of Object.keys(value)) {
      if (!this.#vocabulary.has(key)) this.texts.push(key);
      const place = { field: key, within: field, depth: depth + 1 };
      this.read((value as Record<string, unknown>)[key], place);
    }
  }

  /** Adds the text of several parts without a gap: a model may read them so. */
  #join(parts: readonly unknown[]): void {
    const texts = parts.map((part) => (part as { text?: unknown } | null)?.text);
    const joined = texts.filter((text) => typeof text === "string");
    if (joined.length > 1) this.texts.push(joined.join(""));
  }

  #readText(text: string, { field, within, depth }: Place): void {
    if ((field === "type" || field === "role") && this.#vocabulary.has(text)) return;
    const inFile = fieldOfData(within) === field ? textOfFile(text) : undefined;
    this.texts.push(inFile ?? text);
    // JSON that a model wrote may spell a letter as `\u0064`.
    if ((field === "arguments" || field === "input") && text.includes("\\")) this.#readJson(text, depth);
  }

  #readJson(text: string, depth: number): void {
    try {
      this.read(JSON.parse(text), { field: "", within: "", depth: depth + 1 });
    } catch (error) {
      // Arguments may be broken JSON. They have been read as text.
      if (!(error instanceof SyntaxError)) throw error;
    }
  }
}
