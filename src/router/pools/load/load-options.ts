import { InvalidOptionError, type ModelFacts } from "../../../contracts/index.ts";
import { checkKeys, checkNumber, checkText } from "../../../plugin/option-checks.ts";
import type { MetricNames } from "./metric-names.ts";
import { llamaCppMetrics } from "./names/llama-cpp.ts";
import { sglangMetrics } from "./names/sglang.ts";
import { tgiMetrics } from "./names/tgi.ts";
import { vllmMetrics } from "./names/vllm.ts";
import type { WatchLoadOptions } from "./watch-load.ts";

/** Options for the load of a pool's members, which is read from the metrics of their engines. */
export interface PoolLoadOptions
  extends Pick<WatchLoadOptions, "headers" | "fetch" | "timeoutMs" | "maxBytes"> {
  /** Time between two scrapes of an endpoint, in milliseconds. Default 1,000; longer where a pool has more than 50. */
  readonly everyMs?: number | undefined;
  /** Age from which a load counts as not known, in milliseconds. Default: five times the time between two scrapes. */
  readonly staleAfterMs?: number | undefined;
  /** Names of the metrics. Default: those of the engine, by the provider of the member's model. */
  readonly names?: MetricNames | undefined;
  /** Path of the metrics, from the root of the server. Default `/metrics`. */
  readonly path?: string | undefined;
}

const optionNames = ["names", "path", "headers", "fetch", "everyMs", "staleAfterMs", "timeoutMs", "maxBytes"];

const namesOf: ReadonlyMap<string, MetricNames> = new Map([
  ["vllm", vllmMetrics],
  ["sglang", sglangMetrics],
  ["tgi", tgiMetrics],
  ["llama.cpp", llamaCppMetrics],
]);

/** Checks the option `load` of a pool; `true` means all defaults. Throws `InvalidOptionError`. */
export function checkLoadOptions(given: true | PoolLoadOptions): PoolLoadOptions {
  if (given === true) return {};
  checkKeys("pool.load", given, optionNames);
  const { path, everyMs, staleAfterMs, timeoutMs, maxBytes } = given;
  if (path !== undefined && !/^\/[!-~]{0,500}$/.test(checkText("pool.load.path", path)))
    throw new InvalidOptionError("pool.load.path", path, 'a path that begins with "/"');
  if (everyMs !== undefined) checkNumber("pool.load.everyMs", everyMs, { min: 1, max: 86_400_000 });
  if (staleAfterMs !== undefined) checkNumber("pool.load.staleAfterMs", staleAfterMs, { min: 1 });
  if (timeoutMs !== undefined) checkNumber("pool.load.timeoutMs", timeoutMs, { min: 1, max: 86_400_000 });
  if (maxBytes !== undefined) checkNumber("pool.load.maxBytes", maxBytes, { min: 1 });
  return given;
}

/** Returns where the metrics of a member are, and their names; undefined if it has none that are known. */
export function metricsOf(
  { provider, endpoint }: ModelFacts,
  { names = namesOf.get(provider), path = "/metrics" }: PoolLoadOptions,
): { readonly url: string; readonly names: MetricNames } | undefined {
  if (endpoint === undefined || names === undefined || !/^https?:\/\//.test(endpoint)) return undefined;
  // Engines have it next to `/v1`.
  const root = endpoint.replace(/\/$/, "").replace(/\/v1$/, "");
  return { url: `${root}${path}`, names };
}
