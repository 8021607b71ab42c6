import { readdirSync, readFileSync } from "node:fs";
import { root } from "../package-sources.ts";
import type { Json } from "../strict/script.ts";

/** A request as a program sent it; texts of the agent itself are shortened. */
export interface RecordedRequest {
  /** Kind of conversation that it belongs to: `task`, `later`, `compact`, `abort`. */
  readonly part: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Json;
}

/** All requests of one agent, in the order in which they came. */
export interface Recording {
  /** Program, version and date. */
  readonly source: string;
  readonly requests: readonly RecordedRequest[];
}

export const recordingsFolder = `${root}test/fixtures/agents/recorded/`;

/** Returns the recordings by agent. `npm run record:agents` makes them. */
export function recordedAgents(): [string, Recording][] {
  return readdirSync(recordingsFolder).map((file) => [
    file.slice(0, -5),
    JSON.parse(readFileSync(recordingsFolder + file, "utf8")),
  ]);
}

/** Headers that tell what a request is: no credentials, and nothing of the machine. */
const kept =
  /^(?:user-agent|anthropic-(?:version|beta)|openai-beta|x-app|originator|session.id|x-claude-code-.*|x-session-.*)$/;

const filler = (length: number) =>
  "words that the agent wrote ".repeat(Math.ceil(length / 27)).slice(0, length);

export interface Shortening {
  /** Folder of the run, for which another name stands in the recording. */
  readonly home: string;
  /** Texts that stay as they are: what the user typed, and what tools were given and returned. */
  readonly stays: (text: string) => boolean;
}

/**
 * Returns a request without the texts of the agent, which belong to its maker: lines keep their marks and lose their words. Tools keep
 * what tells their kind.
 */
export function shortened(
  part: string,
  { url, headers, body }: { url: string; headers: Readonly<Record<string, unknown>>; body: Json },
  { home, stays }: Shortening,
): RecordedRequest {
  const text = (given: string): string => {
    const own = given.replaceAll(home, "/home/ada");
    if (own.length <= 90 || stays(given)) return own;
    return own
      .replace(/[^<>\n]{30,}/g, (line) => (line.startsWith("# ") ? line.slice(0, 60) : filler(40)))
      .slice(0, 400);
  };
  const walk = (value: Json, key = ""): Json => {
    if (typeof value === "string")
      return /^(?:signature|encrypted_content)$/.test(key) ? "c2lnbmVk" : text(value);
    if (Array.isArray(value)) return value.map((one) => walk(one, key));
    if (typeof value !== "object" || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, walk(one, name)]));
  };
  const { tools, ...rest } = body;
  const names = Object.entries(headers).filter(([name]) => kept.test(name));
  return {
    part,
    path: url.split("?")[0] ?? "",
    headers: Object.fromEntries(names.map(([name, value]) => [name, String(value)])),
    body: { ...walk(rest), ...(tools && { tools: tools.map(tool) }) },
  };
}

function tool({ type, name, tools, format, function: called, ...rest }: Json): Json {
  const schema = { type: "object" };
  if (called !== undefined) return { type, function: { name: called.name, parameters: schema } };
  if (type === undefined) return { name, input_schema: schema };
  if (type === "function") return { type, name, strict: false, parameters: schema };
  if (type === "custom") return { type, name, ...(format && { format: { type: "text" } }) };
  if (type === "namespace") return { type, name, description: "", tools: tools.map(tool) };
  const { execution } = rest;
  return {
    type,
    ...(name && { name }),
    ...(execution && { execution, parameters: schema, description: "Searches." }),
  };
}
