import type { CompletionChunk } from "../contracts/index.ts";
import { copyOf } from "../plugin/copy-of.ts";

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
  let found: Map<string, unknown> | undefined;
  let prompt: unknown;

  return {
    add(chunk) {
      const { prompt_filter_results: asked } = chunk as { readonly prompt_filter_results?: unknown };
      if (Array.isArray(asked) && asked.length > 0) prompt ??= copyOf(asked.slice(0, most));
      const choice = chunk.choices[0] as { readonly content_filter_results?: unknown } | undefined;
      const results = choice?.content_filter_results;
      if (typeof results !== "object" || results === null) return;
      for (const [category, result] of Object.entries(results)) {
        found ??= new Map();
        // What was filtered stays so, whatever the filter finds later.
        if (isFiltered(found.get(category))) continue;
        if (found.has(category) || found.size < most) found.set(category, copyOf(result));
      }
    },
    get ofAnswer() {
      return prompt === undefined ? {} : { prompt_filter_results: prompt };
    },
    get ofChoice() {
      return found === undefined ? {} : { content_filter_results: Object.fromEntries(found) };
    },
  };
}

function isFiltered(result: unknown): boolean {
  return (result as { readonly filtered?: unknown } | undefined)?.filtered === true;
}
