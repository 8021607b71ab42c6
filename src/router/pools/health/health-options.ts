import type { Model } from "../../../contracts/index.ts";
import type { FilledOptions, OptionTable } from "../../../plugin/options/option-table.ts";
import { readOptions } from "../../../plugin/options/read-options.ts";

/** Options for the probes that find out, apart from the calls, whether the members of a pool answer. */
export interface PoolHealthOptions {
  /** Time after which a member of which nothing was heard is probed, in milliseconds. Default 1,000; longer with over 50 members. */
  readonly everyMs?: number | undefined;
  /** Longest time of one probe, in milliseconds. Default 1,000. */
  readonly timeoutMs?: number | undefined;
  /** Probes in a row that fail until a member is out. Default 3. */
  readonly outAfter?: number | undefined;
  /** Path that is probed, from the root of the server. Default: that of the engine, by the provider of the member's model. */
  readonly path?: string | undefined;
}

type Open = "path";

export const poolHealthOptions: OptionTable<PoolHealthOptions, Open> = {
  everyMs: { is: "duration", min: 10, max: 86_400_000, default: 1_000 },
  timeoutMs: { is: "duration", min: 1, max: 86_400_000, default: 1_000 },
  outAfter: { is: "number", min: 1, max: 1_000, integer: true, default: 3 },
  path: {
    is: "text",
    pattern: /^\/[!-~]{0,500}$/,
    optional: true,
    expected: 'a path that begins with "/"',
  },
};

/** The options with their defaults. */
export type PoolHealth = FilledOptions<PoolHealthOptions, Open>;

/** Checks the option `health` of a pool; false means no probes. Throws `InvalidOptionError`. */
export function checkHealthOptions(
  option: string,
  given: false | PoolHealthOptions | undefined,
): PoolHealth | undefined {
  return given === false
    ? undefined
    : readOptions(option, poolHealthOptions, given === undefined ? {} : given);
}

/** Path by which the server of a member is probed. */
export interface ProbedPath {
  readonly path: string;
  /** True if status 503 says that the server loads its model; else it says that the engine is broken. */
  readonly loads503?: boolean | undefined;
}

/**
 * Paths of the engines. An engine whose path is another one answers with status 404, which shows that it lives, and is told.
 *
 * - llama.cpp: `/health`, 503 only while it loads (tools/server/README.md; run on 0.6.0-dev, 2026-12-03).
 * - vLLM: `/health`, 503 once its engine is dead (vllm/entrypoints/serve/instrumentator/health.py of v0.25.0); it does not listen
 *   before its model is loaded.
 * - SGLang: `/v1/models`. Its `/health` generates a token by default, behind the prompts that it is reading
 *   (`SGLANG_ENABLE_HEALTH_ENDPOINT_GENERATION`, python/sglang/srt/entrypoints/http_server.py, read December 2026): a long one would
 *   make it look hung.
 * - TGI: `/health`, 503 while the model does not answer (router/src/server.rs, January 2026).
 * - Ollama: `/` says "Ollama is running" (server/routes.go, read December 2026); it loads models on demand.
 */
const pathOf: ReadonlyMap<string, ProbedPath> = new Map([
  ["llama.cpp", { path: "/health", loads503: true }],
  ["vllm", { path: "/health" }],
  ["sglang", { path: "/v1/models" }],
  ["tgi", { path: "/health" }],
  ["ollama", { path: "/" }],
]);

/** Returns how a member is probed; undefined if it has no server of its own, or its path is not known. */
export function probedPathOf(
  { provider, server }: Pick<Model, "provider" | "server">,
  { path }: Pick<PoolHealth, "path">,
): ProbedPath | undefined {
  if (server === undefined) return undefined;
  const known = pathOf.get(provider);
  return path === undefined || path === known?.path ? known : { path };
}
