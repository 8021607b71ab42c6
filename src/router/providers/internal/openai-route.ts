import { environment } from "../../../plugin/environment.ts";
import { fixedHeaders } from "../transport/fixed-headers.ts";

/** Addresses and headers of calls that are sent without the SDK. */
export interface OpenAiRoute {
  /** Returns the address of a path of the API: `/chat/completions`. `streams`: the answer is to be streamed. */
  url(path: string, streams?: boolean): string;
  readonly headers: Readonly<Record<string, string>>;
  /** Returns the headers of a request with its signature. Absent: no request is signed. */
  sign?(request: UnsignedRequest): Promise<Readonly<Record<string, string>>>;
}

/** A request as it will be sent, but for the headers of its signature. */
export interface UnsignedRequest {
  readonly method: "GET" | "POST";
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
}

/**
 * Creates a route. `query` is added to each address. Of headers that are given twice the later one counts, and
 * `null` removes one.
 */
export function openaiRoute(
  baseUrl: string,
  layers: readonly Readonly<Record<string, string | null | undefined>>[],
  query: Readonly<Record<string, string>> = {},
): OpenAiRoute {
  const headers: Record<string, string> = Object.create(null);
  for (const layer of layers)
    for (const [name, value] of Object.entries(layer)) {
      const key = name.toLowerCase();
      if (value === null) delete headers[key];
      else if (value !== undefined) headers[key] = value;
    }
  const base = new URL(baseUrl);
  for (const [name, value] of Object.entries(query)) base.searchParams.set(name, value);
  const { search } = base;
  const folder = base.pathname.replace(/\/$/, "");
  const credentials =
    base.username === "" && base.password === "" ? "" : `${base.username}:${base.password}@`;
  const start = `${base.protocol}//${credentials}${base.host}${folder}`;
  // The same string each time: what looks it up need not read it again. The API has few paths.
  const urls = new Map<string, string>();
  const url = (path: string): string => {
    const known = urls.get(path) ?? `${start}${path}${search}`;
    if (urls.size < mostUrls) urls.set(path, known);
    return known;
  };
  return { url, headers: fixedHeaders(headers) };
}

/** Most addresses of one route that are kept. */
const mostUrls = 16;

/** Headers of every call. */
export const usualHeaders: Readonly<Record<string, string>> = {
  accept: "application/json",
  "content-type": "application/json",
  "user-agent": "switchpoint",
};

/** Reads an environment variable as OpenAI's SDK does: blank is absent. */
export function settingOf(variable: string): string | undefined {
  return environment()[variable]?.trim() || undefined;
}

/** Reads the headers that the environment adds to OpenAI's calls: a line each. */
export function customHeaders(): Readonly<Record<string, string>> {
  const lines = (settingOf("OPENAI_CUSTOM_HEADERS") ?? "").split("\n").filter((line) => line.includes(":"));
  return Object.fromEntries(
    lines.map((line) => {
      const colon = line.indexOf(":");
      return [line.slice(0, colon).trim(), line.slice(colon + 1).trim()];
    }),
  );
}
