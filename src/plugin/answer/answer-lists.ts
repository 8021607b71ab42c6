import type { UrlCitation } from "../../contracts/index.ts";
import { type Fields, isObject } from "../fields-of.ts";

type Entry = (entry: Fields) => Fields | undefined;

/** Lists of a message that readers of answers go through, each with the reader of an entry. Undefined: the entry says nothing. */
const entries: readonly (readonly [field: string, read: Entry])[] = [
  ["annotations", readSource],
  ["images", (image) => (typeof fieldOf(image, "image_url", "url") === "string" ? image : undefined)],
  ["thinking_blocks", (block) => block],
  ["provider_parts", (part) => part],
];

/** Adds to `more` the lists that have to change: without entries that say nothing, undefined for what is not a list. */
export function addReadLists(more: Record<string, unknown>, said: Fields): void {
  for (const [field, read] of entries) {
    const list = said[field];
    if (list === undefined || list === null) continue;
    const kept = Array.isArray(list) ? readList(list, read) : undefined;
    if (kept !== list) more[field] = kept;
  }
}

function readList(list: readonly unknown[], read: Entry): readonly unknown[] {
  let isSame = true;
  const kept = list.flatMap((entry): Fields[] => {
    const found = isObject(entry) ? read(entry) : undefined;
    isSame &&= found === entry;
    return found === undefined ? [] : [found];
  });
  return isSame ? list : kept;
}

/** Some gateways have annotations of other kinds (OpenRouter: parsed files, 2026-12). They go back as they are. */
function readSource(source: Fields): Fields | undefined {
  const { type, url_citation: cited } = source;
  if (typeof type === "string" && type !== "url_citation") return source;
  if (!isObject(cited) || typeof cited["url"] !== "string") return undefined;
  const { url, title, start_index: start, end_index: end } = cited;
  if (type !== undefined && typeof title === "string" && isPlace(start) && isPlace(end)) return source;
  const read = {
    ...cited,
    title: typeof title === "string" ? title : url,
    start_index: isPlace(start) ? start : 0,
    end_index: isPlace(end) ? end : 0,
  };
  return { ...source, type: "url_citation", url_citation: read };
}

function isPlace(value: unknown): boolean {
  return typeof value === "number";
}

function fieldOf(from: Fields, outer: string, inner: string): unknown {
  const value = from[outer];
  return isObject(value) ? value[inner] : undefined;
}

/** Returns the sources among the annotations of a message. */
export function urlCitations(annotations: readonly UrlCitation[] | null | undefined): readonly UrlCitation[] {
  return annotations?.filter(({ url_citation: cited }) => isObject(cited)) ?? [];
}
