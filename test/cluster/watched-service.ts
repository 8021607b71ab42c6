import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, vi } from "vitest";
import { systemClock } from "../../src/plugin/clock.ts";
import {
  type DiscoveredEndpoint,
  type KubernetesOptions,
  kubernetes,
} from "../../src/router/pools/discovery/index.ts";
import { namespace, tokenOf } from "./cluster-objects.ts";
import type { RealCluster } from "./real-cluster.ts";

/** Longest wait for what the API server says at once, or after its own times, in milliseconds. */
export const patienceMs = 90_000;

export interface WatchedService {
  readonly options: KubernetesOptions;
  readonly sets: readonly (readonly DiscoveredEndpoint[])[];
  readonly problems: readonly (string | undefined)[];
  /** Gives the account another token, and returns what ends it. */
  newToken(): Promise<() => Promise<void>>;
  /** Waits for a set: addresses, and states other than ready. */
  sees(...endpoints: readonly string[]): Promise<void>;
  /** Paths and queries of its requests so far, as the API server noted them. */
  lists(): readonly string[];
  watches(): readonly string[];
  /** Number of watches that have ended. */
  endedWatches(): number;
  end(): Promise<void>;
}

/** Watches a service by our own discovery, with a token of an account in a file as a pod has it. */
export async function watchService(
  cluster: RealCluster,
  account: string,
  given: Partial<KubernetesOptions> = {},
): Promise<WatchedService> {
  const tokenFile = join(cluster.folder, `token-${account}`);
  const newToken = async () => {
    const { token, revoke } = await tokenOf(cluster, account);
    writeFileSync(tokenFile, token, { mode: 0o600 });
    return revoke;
  };
  await newToken();
  const options: KubernetesOptions = {
    service: "vllm",
    namespace,
    apiUrl: cluster.url,
    tokenFile,
    caFile: cluster.caFile,
    retryMs: 200,
    watchSeconds: 4,
    ...given,
  };
  const controller = new AbortController();
  const sets: (readonly DiscoveredEndpoint[])[] = [];
  const problems: (string | undefined)[] = [];
  const run = (async () => {
    const watching = {
      signal: controller.signal,
      onProblem: (problem: string | undefined) => problems.push(problem),
    };
    for await (const { endpoints } of kubernetes(options).watch({ clock: systemClock }, watching))
      sets.push(endpoints);
  })();
  const requests = (isWatch: boolean, isOver: boolean) =>
    cluster
      .requestsOf(`system:serviceaccount:${namespace}:${account}`)
      .filter((noted) => noted.uri.includes("watch=true") === isWatch && noted.isOver === isOver)
      .map(({ uri }) => uri);
  return {
    options,
    sets,
    problems,
    newToken,
    sees: (...endpoints) =>
      vi.waitFor(() => expect(sets.at(-1)?.map(shown)).toEqual(endpoints), {
        timeout: patienceMs,
        interval: 50,
      }),
    lists: () => requests(false, true),
    watches: () => requests(true, false),
    endedWatches: () => requests(true, true).length,
    async end() {
      controller.abort();
      await run;
    },
  };
}

function shown({ url, state }: DiscoveredEndpoint): string {
  const { host } = new URL(url);
  return state === "ready" ? host : `${host} ${state}`;
}
