import { readFile } from "node:fs/promises";
import { InvalidOptionError, OutcomeFormatError, type RouteRequest } from "../contracts/index.ts";

/** A request with an id. Set either `prompt` or `messages`. */
export type GoldenRequest<Id extends string = string> = Partial<Exclude<RouteRequest<Id>, string>> & {
  /** Unique id. Default: the position, counted from 1. */
  readonly id?: string | number | undefined;
  readonly prompt?: string | undefined;
};

export interface NamedRequest<Id extends string> {
  readonly id: string;
  readonly request: RouteRequest<Id>;
  /** Place of the request, for errors. Lines are counted from 1. */
  readonly place: { readonly file: string; readonly line: number };
}

/**
 * Reads the requests of a JSON Lines file or of an array. Throws `OutcomeFormatError` or
 * `InvalidOptionError`.
 */
export async function readGoldenRequests<Id extends string>(
  source: string | readonly (string | GoldenRequest<Id>)[],
): Promise<readonly NamedRequest<Id>[]> {
  const file = typeof source === "string" ? source : "goldenRoutes.requests";
  const values = typeof source === "string" ? await readLines(source) : source;
  if (!Array.isArray(values))
    throw new InvalidOptionError("goldenRoutes.requests", source, "a file or an array of requests");
  const ids = new Set<string>();
  const requests = values.flatMap((value, index) => {
    if (value === undefined) return [];
    const place = { file, line: index + 1 };
    const { id = place.line, ...request } = fieldsOf<Id>(value, place);
    if ((typeof id !== "string" && typeof id !== "number") || id === "")
      throw new OutcomeFormatError(file, place.line, "id", "must be a non-empty string or a number");
    if (ids.has(String(id)))
      throw new OutcomeFormatError(file, place.line, "id", "is used twice: ids must be unique");
    ids.add(String(id));
    return [{ id: String(id), request: toRequest(request, place), place }];
  });
  if (requests.length === 0)
    throw new InvalidOptionError(
      "goldenRoutes.requests",
      source,
      "an array or a file with at least one request",
    );
  return requests;
}

function fieldsOf<Id extends string>(value: unknown, place: NamedRequest<Id>["place"]): GoldenRequest<Id> {
  if (typeof value === "string") return { prompt: value };
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value;
  throw new OutcomeFormatError(
    place.file,
    place.line,
    "line",
    'must be a prompt in quotes or an object such as {"prompt": "Hello"}',
  );
}

function toRequest<Id extends string>(
  { prompt, messages, ...rest }: GoldenRequest<Id>,
  { file, line }: NamedRequest<Id>["place"],
): RouteRequest<Id> {
  if ((prompt === undefined) === (messages === undefined))
    throw new OutcomeFormatError(file, line, "prompt", "or messages must be given, and not both");
  if (messages !== undefined) return { ...rest, messages };
  if (typeof prompt !== "string" || prompt.trim() === "")
    throw new OutcomeFormatError(file, line, "prompt", "must be a non-empty string");
  return { ...rest, messages: [{ role: "user", content: prompt }] };
}

/** Reads one value per line; undefined for an empty line. */
async function readLines(file: string): Promise<unknown[]> {
  const text = await readFile(file, "utf8").catch((error: NodeJS.ErrnoException) => {
    const problem = error.code === "ENOENT" ? "does not exist" : `cannot be read (${error.code})`;
    throw new OutcomeFormatError(file, 0, "file", problem);
  });
  return text
    .replace(/^\ufeff/, "")
    .split("\n")
    .map((line, index) => {
      if (line.trim() === "") return undefined;
      try {
        return JSON.parse(line);
      } catch {
        // The parser's own message would quote the text.
        throw new OutcomeFormatError(file, index + 1, "line", "is not JSON: write one request per line");
      }
    });
}
