import type { CompletionChunk } from "../../contracts/index.ts";
import { copyOf } from "../../plugin/copy-of.ts";

/** Findings of a content filter, by category. Azure sends them with the chunks of an answer. */
export interface ContentFilters {
  add(chunk: CompletionChunk): void;
  /** Fields for the choice of the whole answer: none if no chunk had any. */
  readonly ofChoice: Readonly<Record<string, unknown>>;
}

/** Largest number of categories that are kept: a server names them. */
const most = 32;

export function createContentFilters(): ContentFilters {
  return new Filters();
}

// A class: a getter in an object literal makes a hidden class a call, which keeps the call alive until a full collection.
class Filters implements ContentFilters {
  #found: Map<string, unknown> | undefined;

  add(chunk: CompletionChunk): void {
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
