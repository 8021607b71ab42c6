import { InvalidOptionError } from "../../contracts/index.ts";
import type { OptionTable } from "../../plugin/index.ts";

/** A server of OpenAI's interface for paths that are not routed, such as embeddings. */
export interface Upstream {
  /** Address up to and with its version: `https://api.openai.com/v1`. */
  readonly baseUrl: string;
  /** Key of that server. The key of a client is never sent on. Default: none. */
  readonly apiKey?: string | undefined;
  /** Paths after `/v1` that are sent on, by POST and as JSON. Default `["/embeddings"]`; no other is. */
  readonly paths?: readonly string[] | undefined;
  /** Longest time for a whole answer, in milliseconds. Default 60,000. */
  readonly timeoutMs?: number | undefined;
  /** Longest answer in bytes; a longer one is cut. Default 67,108,864. */
  readonly maxAnswerBytes?: number | undefined;
  /** Default: the global function. */
  readonly fetch?: typeof globalThis.fetch | undefined;
}

/** Paths that have an endpoint here. */
const routed = [
  "/chat/completions",
  "/responses",
  "/messages",
  "/messages/count_tokens",
  "/models",
  "/healthz",
];

export const upstreamOptions: OptionTable<Upstream, "apiKey" | "fetch"> = {
  baseUrl: { is: "checked", check: checkAddress },
  apiKey: {
    is: "text",
    pattern: /^[\x21-\x7e]+$/,
    secret: true,
    expected: "a key without spaces",
    optional: true,
  },
  paths: {
    is: "list",
    of: { is: "checked", check: checkPath },
    expected: "an array of paths",
    default: ["/embeddings"],
  },
  timeoutMs: { is: "duration", default: 60_000 },
  maxAnswerBytes: { is: "number", min: 1, max: 2 ** 40, integer: true, default: 67_108_864 },
  fetch: { is: "function", optional: true },
};

function checkPath(option: string, path: string): string {
  if (typeof path === "string" && /^(?:\/[\w-]+)+$/.test(path) && !routed.includes(path)) return path;
  throw new InvalidOptionError(option, path, "a path such as /embeddings that is not routed");
}

function checkAddress(option: string, baseUrl: string): string {
  if (isAddress(baseUrl)) return baseUrl;
  throw new InvalidOptionError(option, baseUrl, "an http or https address without a query");
}

function isAddress(text: unknown): boolean {
  try {
    const { protocol, search, hash, username } = new URL(String(text));
    return /^https?:$/.test(protocol) && search === "" && hash === "" && username === "";
  } catch {
    return false;
  }
}
