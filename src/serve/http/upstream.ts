import { InvalidOptionError } from "../../contracts/index.ts";
import { checkKeys, checkNumber, checkText } from "../../plugin/index.ts";

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

/** Throws `InvalidOptionError`. `own` are the paths that are routed. The key is never shown. */
export function checkUpstream(option: string, upstream: Upstream, own: readonly string[]): void {
  checkKeys(option, upstream, ["baseUrl", "apiKey", "paths", "timeoutMs", "maxAnswerBytes", "fetch"]);
  const { baseUrl, apiKey, paths = [], timeoutMs, maxAnswerBytes, fetch } = upstream;
  if (!isAddress(baseUrl))
    throw new InvalidOptionError(`${option}.baseUrl`, baseUrl, "an http or https address without a query");
  if (apiKey !== undefined && !(typeof apiKey === "string" && /^[\x21-\x7e]+$/.test(apiKey)))
    throw new InvalidOptionError(`${option}.apiKey`, typeof apiKey, "a key without spaces");
  if (!Array.isArray(paths)) throw new InvalidOptionError(`${option}.paths`, paths, "an array of paths");
  paths.forEach((path: unknown, at) => {
    const name = `${option}.paths[${at}]`;
    if (!/^(?:\/[\w-]+)+$/.test(checkText(name, path)) || own.includes(path as string))
      throw new InvalidOptionError(name, path, "a path such as /embeddings that is not routed");
  });
  if (timeoutMs !== undefined) checkNumber(`${option}.timeoutMs`, timeoutMs, { min: 1, max: 2 ** 31 - 1 });
  if (maxAnswerBytes !== undefined)
    checkNumber(`${option}.maxAnswerBytes`, maxAnswerBytes, { min: 1, max: 2 ** 40, integer: true });
  if (fetch !== undefined && typeof fetch !== "function")
    throw new InvalidOptionError(`${option}.fetch`, fetch, "a function");
}

function isAddress(text: unknown): boolean {
  try {
    const { protocol, search, hash, username } = new URL(String(text));
    return /^https?:$/.test(protocol) && search === "" && hash === "" && username === "";
  } catch {
    return false;
  }
}
