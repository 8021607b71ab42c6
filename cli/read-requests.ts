import { isBesideLine } from "../evals/data/decisions/event-line.ts";
import { type JsonLinesSource, readJsonLines } from "../evals/data/outcomes/read-json-lines.ts";
import {
  type ChatMessage,
  isRouterError,
  OutcomeFormatError,
  type RouteRequest,
} from "../src/contracts/index.ts";
import type { Terminal } from "./io.ts";
import { isDecision, requestOfDecision } from "./request-of-decision.ts";

/** One line of input. */
export interface RequestLine {
  /** Id as in the input; the line number if the line has none. */
  readonly id: string | number;
  readonly request: RouteRequest;
  /** Counted from 1. */
  readonly line: number;
  /** Draw of the decision that the line records, if it records one. */
  readonly draw?: number | undefined;
  /** True if the line is a decision that lacks part of what the router had read. */
  readonly shortened?: boolean | undefined;
}

export interface RequestSource {
  /** Name for errors: the file, or `stdin`. */
  readonly name: string;
  readonly lines: AsyncIterable<RequestLine>;
}

type Fields = Readonly<Record<string, unknown>>;

/**
 * Reads requests from a JSON Lines file (also `.gz`), or from stdin if there is no file:
 * `{ id?, prompt | messages, system?, … }`. `passedOn` selects the other fields that become part of the
 * request; the rest is ignored, so that lines of outcome files and data sets are accepted too. A line of a
 * decision log that has prompts stands for the request that was decided, as far as the line records it.
 * Reading throws `OutcomeFormatError`, which names file, line and field.
 */
export function readRequests(
  file: string | undefined,
  terminal: Terminal,
  passedOn: (field: string, value: unknown) => boolean,
): RequestSource {
  const source = sourceOf(file, terminal);
  const name = typeof source === "string" ? source : source.name;
  return { name, lines: readLines(source, name, passedOn) };
}

function sourceOf(file: string | undefined, terminal: Terminal): string | JsonLinesSource {
  if (file !== undefined && file !== "-") return file;
  if (terminal.stdinIsTerminal)
    terminal.stderr('reading stdin: one request per line, such as {"prompt": "Hello"}; end with Ctrl-D\n');
  return { name: "stdin", chunks: terminal.stdin };
}

async function* readLines(
  source: string | JsonLinesSource,
  name: string,
  passedOn: (field: string, value: unknown) => boolean,
): AsyncGenerator<RequestLine, void, void> {
  for await (const { line, value } of readJsonLines(source)) {
    const refuse = (field: string, problem: string): never => {
      throw new OutcomeFormatError(name, line, field, problem);
    };
    if (typeof value !== "object" || value === null || Array.isArray(value))
      return refuse("line", 'must be a JSON object such as {"prompt": "Hello"}');
    if (isBesideLine(value)) continue;
    const fields = value as Fields;
    const { id = String(line) } = fields;
    if ((typeof id !== "string" && typeof id !== "number") || id === "")
      return refuse("id", "must be a non-empty string or a number");
    yield isDecision(fields)
      ? { id, line, ...requestOfDecision(fields, refuse, passedOn) }
      : { id, line, request: requestOf(fields, refuse, passedOn) };
  }
}

function requestOf(
  fields: Fields,
  refuse: (field: string, problem: string) => never,
  passedOn: (field: string, value: unknown) => boolean,
): RouteRequest {
  const { prompt, messages, system } = fields;
  if ((prompt === undefined) === (messages === undefined))
    return refuse("prompt", "or messages must be given, and not both");
  if (prompt !== undefined && typeof prompt !== "string") return refuse("prompt", "must be a string");
  if (prompt?.trim() === "") return refuse("prompt", "is empty: give some text");
  if (system !== undefined && typeof system !== "string") return refuse("system", "must be a string");
  const turns = prompt === undefined ? messages : [{ role: "user" as const, content: prompt }];
  if (!Array.isArray(turns)) return refuse("messages", "must be an array of { role, content }");
  const others = Object.entries(fields).filter(
    ([field, value]) => !ownFields.has(field) && passedOn(field, value),
  );
  // Normalisation checks roles, contents and the other fields.
  return {
    ...(Object.fromEntries(others) as Partial<Exclude<RouteRequest, string>>),
    messages: (system ? [{ role: "system", content: system }, ...turns] : turns) as ChatMessage[],
  };
}

const ownFields: ReadonlySet<string> = new Set(["id", "prompt", "messages", "system"]);

/** Converts an error about a request to one about its line; other errors pass unchanged. */
export function atLine(error: unknown, source: string, line: number): unknown {
  // A closed router throws the same code, without a field.
  if (!isRouterError(error, "invalid-request") || typeof error.field !== "string") return error;
  const { field, message } = error;
  return new OutcomeFormatError(source, line, field, message.replace(`request.${field} `, ""));
}
