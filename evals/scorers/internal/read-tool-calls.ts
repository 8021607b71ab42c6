import { parseJson } from "./parse-json.ts";

export interface ToolCall {
  readonly name: string;
  /** Parsed arguments. Absent if they are not JSON. */
  readonly arguments?: unknown;
}

/** Most calls that are read; further ones are left out. */
const mostCalls = 100;

/**
 * Reads tool calls from `{ name, arguments }`, from OpenAI's `{ function: { name, arguments } }`, a list of
 * either, or the JSON of those. Undefined for other values.
 */
export function readToolCalls(value: unknown): readonly ToolCall[] | undefined {
  const given = typeof value === "string" ? parseJson(value, true).value : value;
  if (typeof given !== "object" || given === null) return undefined;
  const calls = (Array.isArray(given) ? given.slice(0, mostCalls) : [given]).map(readCall);
  return calls.every((call) => call !== undefined) ? calls : undefined;
}

function readCall(given: unknown): ToolCall | undefined {
  const outer = given as { readonly name?: unknown; readonly function?: unknown } | null;
  const call = (outer?.function ?? outer) as { readonly name?: unknown; readonly arguments?: unknown } | null;
  if (typeof call !== "object" || call === null || typeof call.name !== "string") return undefined;
  // No arguments, and none needed.
  const { name, arguments: args = {} } = call;
  if (typeof args !== "string") return { name, arguments: args };
  return { name, arguments: args.trim() === "" ? {} : parseJson(args, false).value };
}
