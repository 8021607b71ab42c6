import type { CompletionChunk } from "../../contracts/index.ts";
import { copyOf } from "../../plugin/copy-of.ts";

/** Findings of a content filter, by category. Azure sends it with the chunks of an answer, and of the prompt first. */
export interface ContentFilters {
  add(chunk: CompletionChunk): void;
  /** Fields for the whole answer, and for its choice: none if no chunk had any. */
  readonly ofAnswer: Readonly<Record<string, unknown>>;
  readonly ofChoice: Readonly<Record<string, unknown>>;
}

/** Largest number of categories, and of prompts, that are kept: a server names them. */
const most = 32;

export function createContentFilters(): ContentFilters {
  return new Filters();
}

// A class: a getter in an object literal makes a hidden class a call, which keeps the call alive until a full collection.
class Filters implements ContentFilters {
  #found: Map<string, unknown> | undefined;
  #prompt: unknown;

  add(chunk: CompletionChunk): void {
    const { prompt_filter_results: asked } = chunk as { readonly prompt_filter_results?: unknown };
    if (Array.isArray(asked) && asked.length > 0) this.#prompt ??= copyOf(asked.slice(0, most));
    const choice = chunk.choices[0] as { readonly content_filter_results?: unknown } | undefined;
    const results = choice?.content_filter_results;
    if (typeof results !== "object" || results === null) return;
    this.#found ??= new Map();
    const found = this.#found;
    for (const [category, result] of Object.entries(results)) {
      // What was filtered stays so, whatever the filter finds later.
      if (isFiltered(found.get(category))) continue;
      if (found.has(category) || found.size < most) found.set(category, copyOf(result));
    }
  }

  get ofAnswer(): Readonly<Record<string, unknown>> {
    return this.#prompt === undefined ? {} : { prompt_filter_results: this.#prompt };
  }

  get ofChoice(): Readonly<Record<string, unknown>> {
    const found = this.#found;
    return found === undefined || found.size === 0
      ? {}
      : { content_filter_results: Object.fromEntries(found) };
  }
}

function isFiltered(result: unknown): boolean {
  return (result as { readonly filtered?: unknown } | undefined)?.filtered === true;
}
