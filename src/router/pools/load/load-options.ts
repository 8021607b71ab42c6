import type { Model } from "../../../contracts/index.ts";
import type { FilledOptions, OptionTable } from "../../../plugin/options/option-table.ts";
import { readOptions } from "../../../plugin/options/read-options.ts";
import { type MetricNames, metricNames } from "./metric-names.ts";
import { llamaCppMetrics } from "./names/llama-cpp.ts";
import { sglangMetrics } from "./names/sglang.ts";
import { tgiMetrics } from "./names/tgi.ts";
import { vllmMetrics } from "./names/vllm.ts";
import { type WatchLoadOptions, watchLoadOptions } from "./watch-load.ts";

/** Options for the load of a pool's members, which is read from the metrics of their engines. */
export interface PoolLoadOptions extends Pick<WatchLoadOptions, "timeoutMs" | "maxBytes"> {
  /** Headers for the metrics besides the key and the headers that each member's own calls have. Default: none. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** Default: that of each member, which knows the certificates of its server. */
  readonly fetch?: typeof globalThis.fetch | undefined;
  /** Time between two scrapes of an endpoint, in milliseconds. Default 1,000; longer where a pool has more than 50. */
  readonly everyMs?: number | undefined;
  /** Age from which a load counts as not known, in milliseconds. Default: five times the time between two scrapes. */
  readonly staleAfterMs?: number | undefined;
  /** Names of the metrics. Default: those of the engine, by the provider of the member's model. */
  readonly names?: MetricNames | undefined;
  /** Path of the metrics, from the root of the server. Default: that of the names, or `/metrics`. */
  readonly path?: string | undefined;
}

type Open = "headers" | "fetch" | "staleAfterMs" | "names" | "path";

const { headers, fetch, timeoutMs, maxBytes } = watchLoadOptions;

export const poolLoadOptions: OptionTable<PoolLoadOptions, Open> = {
  everyMs: { is: "duration", max: 86_400_000, default: 1_000 },
  staleAfterMs: { is: "number", min: 1, optional: true },
  names: { is: "table", of: metricNames, optional: true },
  path: {
    is: "text",
    pattern: /^\/[!-~]{0,500}$/,
    optional: true,
    expected: 'a path that begins with "/"',
  },
  headers,
  fetch,
  timeoutMs,
  maxBytes,
};

/** The options with their defaults. */
export type PoolLoad = FilledOptions<PoolLoadOptions, Open>;

const namesOf: ReadonlyMap<string, MetricNames> = new Map([
  ["vllm", vllmMetrics],
  ["sglang", sglangMetrics],
  ["tgi", tgiMetrics],
  ["llama.cpp", llamaCppMetrics],
]);

/** Checks the option `load` of a pool; `true` means all defaults. Throws `InvalidOptionError`. */
export function checkLoadOptions(option: string, given: true | PoolLoadOptions): PoolLoad {
  return readOptions(option, poolLoadOptions, given === true ? {} : given);
}

/** Metrics of a member: where they are, what they are called, and how they are asked for. */
export type MemberMetrics = Pick<WatchLoadOptions, "url" | "names" | "ask">;

/**
 * Returns the metrics of a member; undefined if it has none that are known. A member's own server is asked with the member's key,
 * headers and `fetch`.
 */
export function metricsOf(
  { provider, endpoint, server }: Pick<Model, "provider" | "endpoint" | "server">,
  { names = namesOf.get(provider), path: given }: Pick<PoolLoad, "names" | "path">,
): MemberMetrics | undefined {
  if (endpoint === undefined || names === undefined || !/^https?:\/\//.test(endpoint)) return undefined;
  const path = given ?? names.path ?? "/metrics";
  // Engines have it next to `/v1`.
  const root = server?.root ?? endpoint.replace(/\/$/, "").replace(/\/v1$/, "");
  return { url: `${root}${path}`, names, ...(server && { ask: (options) => server.ask(path, options) }) };
}
