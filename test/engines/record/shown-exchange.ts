import { homedir } from "node:os";
import type { Exchange } from "../../support/engine-fixtures.ts";
import type { Cache } from "../engine.ts";
import type { EngineServer } from "../server.ts";
import type { Ask, Recording } from "./ask.ts";

/** Longest text within a body that is kept whole, in characters, and what is kept of a longer one. */
const longestText = 400;
const keptOfLonger = 80;
/** Longest body that is kept, in characters, after long texts in it were cut. */
const longestBody = 40_000;
/** Headers that mean something to a caller. */
const keptHeaders = ["content-type", "retry-after", "www-authenticate", "x-request-id", "server"];
/** Lines of metrics that say nothing about load: buckets of histograms, times of creation, the interpreter. */
const leftOutMetric = /_bucket\{|_created[ {]|^(# \w+ )?(python|process|go|http)_/;

/** Writes an exchange as a fixture has it: without paths of this machine and without keys, and bounded. */
export function shownExchange(
  cache: Cache,
  server: EngineServer,
  ask: Ask,
  answer: { readonly status: number; readonly headers: Headers; readonly text: string },
  { keepsMetric }: Recording,
): Exchange {
  const shown = (text: string): string => {
    let clean = text.replaceAll(cache.folder, "/cache").replaceAll(homedir(), "/home");
    for (const key of [server.setup.key, ask.key]) if (key) clean = clean.replaceAll(key, "KEY");
    return clean.replaceAll(server.root, "http://server");
  };
  const body = parsed(answer.text);
  const headers = keptHeaders.flatMap((name) => {
    const value = answer.headers.get(name);
    return value === null ? [] : [[name, shown(value)] as const];
  });
  const lines = answer.text
    .split("\n")
    .filter((line) => line.trim() !== "" && (ask.reads.as !== "load" || isKept(line, keepsMetric)))
    .map(shown);
  const exchange: Exchange = {
    name: ask.name,
    reads: ask.reads,
    asked: {
      method: ask.body === undefined ? "GET" : "POST",
      path: ask.path,
      ...(ask.body !== undefined && { body: shortened(ask.body, shown) }),
    },
    status: answer.status,
    ...(headers.length > 0 && { headers: Object.fromEntries(headers) }),
    ...(body === undefined ? { lines } : { body: shortened(body, shown) }),
  };
  const { length } = JSON.stringify(exchange);
  if (length > longestBody) throw new Error(`${ask.name}: ${length} characters are more than ${longestBody}`);
  return exchange;
}

const isKept = (line: string, keeps: RegExp | undefined): boolean =>
  keeps === undefined ? !leftOutMetric.test(line) : keeps.test(line);

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Returns a value whose long texts have their beginning and their length. */
function shortened(value: unknown, shown: (text: string) => string): unknown {
  if (typeof value === "string") {
    const text = shown(value);
    return text.length <= longestText ? text : `${text.slice(0, keptOfLonger)}… (${text.length} characters)`;
  }
  if (Array.isArray(value)) return value.map((one) => shortened(one, shown));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, shortened(one, shown)]));
}
