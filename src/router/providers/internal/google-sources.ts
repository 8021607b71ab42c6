import type { UrlCitation } from "../../../contracts/chat/completion.ts";
import { type GoogleCandidate, isJsonObject, type JsonObject } from "./google-wire.ts";

/** Most citations that are read of an answer. */
const most = 1_000;

/**
 * Returns the sources that a text cites. Google counts places in bytes of UTF-8. A source that no passage names cites the
 * whole text; one without an address has `file:` and its name.
 */
export function googleSources(
  grounding: GoogleCandidate["groundingMetadata"],
  text: string,
): readonly UrlCitation[] {
  const chunks = listOf(grounding?.["groundingChunks"]).map(sourceOf);
  const passages = listOf(grounding?.["groundingSupports"]).flatMap((support) => {
    const segment = fieldsOf(support["segment"]);
    const from = bytesOf(segment["startIndex"]) ?? 0;
    const to = bytesOf(segment["endIndex"]) ?? Number.POSITIVE_INFINITY;
    const named = Array.isArray(support["groundingChunkIndices"]) ? support["groundingChunkIndices"] : [];
    return named.slice(0, most).map((at: unknown) => ({ from, to, source: sourceAt(chunks, at) }));
  });
  const cited = passages.slice(0, most).filter(({ source }) => source !== undefined);
  const whole = { from: 0, to: Number.POSITIVE_INFINITY };
  const given = cited.length > 0 ? cited : chunks.slice(0, most).map((source) => ({ ...whole, source }));
  const placeOf = places(
    text,
    given.flatMap(({ from, to }) => [from, to]),
  );
  return given.flatMap(({ from, to, source }): UrlCitation[] => {
    if (source === undefined) return [];
    const url_citation = { start_index: placeOf(from), end_index: placeOf(to), ...source };
    return [{ type: "url_citation", url_citation }];
  });
}

/** Returns the number of searches that are billed: from Gemini 3 on each query, before that one for each answer. */
export function searchesOf(grounding: GoogleCandidate["groundingMetadata"], perQuery: boolean): number {
  const queries = grounding?.["webSearchQueries"];
  const asked = Array.isArray(queries)
    ? queries.filter((query) => typeof query === "string" && query !== "")
    : [];
  return perQuery ? asked.length : Math.min(1, asked.length);
}

function sourceAt(sources: readonly Source[], at: unknown): Source {
  return Number.isInteger(at) ? sources[at as number] : undefined;
}

type Source = { readonly title: string; readonly url: string } | undefined;

function sourceOf(chunk: JsonObject): Source {
  const { uri, title, fileSearchStore } = fieldsOf(
    chunk["web"] ?? chunk["maps"] ?? chunk["retrievedContext"],
  );
  const name = typeof title === "string" ? title : "";
  if (typeof uri === "string" && uri !== "") return { title: name, url: uri };
  const id = typeof fileSearchStore === "string" ? fileSearchStore : name;
  return id === "" ? undefined : { title: name, url: `file:${id}` };
}

/** Returns a function that gives the index of a byte in a text, for bytes that are named beforehand: one pass for all. */
function places(text: string, bytes: readonly number[]): (byte: number) => number {
  const found = new Map<number, number>();
  const ordered = [...new Set(bytes)].sort((a, b) => a - b);
  let [next, byte, at] = [0, 0, 0];
  for (const character of text) {
    for (; next < ordered.length && (ordered[next] as number) <= byte; next++)
      found.set(ordered[next] as number, at);
    if (next === ordered.length) break;
    const code = character.codePointAt(0) as number;
    byte += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
    at += character.length;
  }
  return (wanted) => found.get(wanted) ?? text.length;
}

function bytesOf(value: unknown): number | undefined {
  return typeof value === "number" && value >= 0 ? value : undefined;
}

function listOf(value: unknown): readonly JsonObject[] {
  return Array.isArray(value) ? value.map(fieldsOf) : [];
}

function fieldsOf(value: unknown): JsonObject {
  return isJsonObject(value) ? value : {};
}
