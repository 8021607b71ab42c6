import type { CompletionChunk } from "../../contracts/index.ts";
import { copyOf } from "../../plugin/copy-of.ts";

/** Fields that every chunk has, or that mean nothing for the whole answer: OpenAI pads each chunk of a stream. */
const own: ReadonlySet<string> = new Set([
  "id",
  "object",
  "created",
  "model",
  "choices",
  "usage",
  "service_tier",
  "obfuscation",
]);
/** Most other fields that are kept: a server names them. */
const most = 64;

/**
 * Fields next to the choices that an answer has as a whole: findings about the prompt, sources, the name of a configuration. They
 * come with the first chunk of a stream, with a chunk of their own, or with the last one.
 */
export class AnswerFields {
  // Without a prototype: a server could name a field "__proto__".
  readonly #found: Record<string, unknown> = Object.create(null);
  #count = 0;
  #hasBegun = false;

  add(chunk: CompletionChunk): void {
    const choice = chunk.choices[0];
    // Not each chunk: nearly all add a few characters.
    if (this.#hasBegun && choice !== undefined && !choice.finish_reason) return;
    this.#hasBegun ||= choice !== undefined;
    for (const name in chunk) {
      if (own.has(name)) continue;
      const value: unknown = chunk[name as keyof CompletionChunk];
      if (value === undefined || value === null) continue;
      if (!(name in this.#found)) this.#count += 1;
      if (this.#count <= most) this.#found[name] = copyOf(value);
    }
  }

  get all(): Readonly<Record<string, unknown>> {
    return this.#found;
  }
}
