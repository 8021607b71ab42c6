import { isRouterError, MissingConfigurationError } from "../../../contracts/index.ts";
import { environment } from "../../../plugin/environment.ts";
import { failureOf } from "../../../plugin/http/bounded-get.ts";
import type { OptionTable } from "../../../plugin/options/option-table.ts";
import { readOption, readOptions } from "../../../plugin/options/read-options.ts";
import type { Discovery, EndpointSet, WatchOptions } from "./discovery.ts";
import {
  type KubernetesApi,
  KubernetesStatusError,
  kubernetesLines,
  kubernetesText,
} from "./kubernetes-call.ts";
import { KubernetesSlices } from "./kubernetes-slices.ts";
import { jittered, pause } from "./pause.ts";

export interface KubernetesOptions {
  readonly service: string;
  readonly namespace: string;
  /** Name of the service's port. Default: the first one. */
  readonly port?: string | undefined;
  /** Path of the endpoints' addresses. Default `/v1`. */
  readonly path?: string | undefined;
  /** Protocol of the endpoints' addresses. Default `http`. */
  readonly protocol?: "http" | "https" | undefined;
  /** Address of the API server. Default: that which Kubernetes tells its pods. */
  readonly apiUrl?: string | undefined;
  /** Files of the token and of the CA; `false`: none. Default: those that Kubernetes gives its pods. */
  readonly tokenFile?: string | false | undefined;
  readonly caFile?: string | false | undefined;
  /** Time before another try, in milliseconds. Default 2,000. */
  readonly retryMs?: number | undefined;
  /** Longest time of one watch, in seconds. One that is silent for a tenth more, and a second, is cut. Default 300. */
  readonly watchSeconds?: number | undefined;
}

const account = "/var/run/secrets/kubernetes.io/serviceaccount";
const file = {
  is: "checked",
  check: (option: string, value: string | false) =>
    value === false ? value : readOption({ is: "text" }, option, value),
  optional: true,
  expected: "the path of a file, or false",
} as const;

type Open = "port" | "apiUrl" | "tokenFile" | "caFile";

export const kubernetesOptions: OptionTable<KubernetesOptions, Open> = {
  service: { is: "text" },
  namespace: { is: "text" },
  port: { is: "text", optional: true },
  path: { is: "text", empty: true, default: "/v1" },
  protocol: { is: "choice", of: ["http", "https"], default: "http" },
  apiUrl: { is: "text", optional: true },
  tokenFile: file,
  caFile: file,
  retryMs: { is: "duration", max: 3_600_000, default: 2_000 },
  watchSeconds: { is: "number", min: 1, max: 86_400, integer: true, default: 300 },
};

/**
 * Endpoints of a service of Kubernetes, by a watch of its EndpointSlices: the pod's account needs `list` and `watch` on
 * `endpointslices`. Pods that terminate drain. While the API server fails the last set stays. Node only.
 *
 * Throws `InvalidOptionError`; `watch` throws `MissingConfigurationError` outside a cluster without `apiUrl`.
 */
export function kubernetes(options: KubernetesOptions): Discovery {
  const read = readOptions("kubernetes", kubernetesOptions, options);
  const { service, namespace, port, path, protocol, retryMs, watchSeconds } = read;
  const selector = encodeURIComponent(`kubernetes.io/service-name=${service}`);
  const base = `/apis/discovery.k8s.io/v1/namespaces/${encodeURIComponent(namespace)}/endpointslices?labelSelector=${selector}`;
  return {
    name: "kubernetes",
    watch: (_runtime, watching) =>
      watched({
        api: apiOf(read),
        base,
        source: `kubernetes ${namespace}/${service}`,
        slices: new KubernetesSlices({ protocol, path, portName: port }),
        retryMs,
        watchSeconds,
        watching,
      }),
  };
}

interface Watched {
  readonly api: KubernetesApi;
  readonly base: string;
  readonly source: string;
  readonly slices: KubernetesSlices;
  readonly retryMs: number;
  readonly watchSeconds: number;
  readonly watching: WatchOptions;
}

async function* watched(parts: Watched): AsyncGenerator<EndpointSet, void> {
  const { source, slices, retryMs, watching } = parts;
  const { signal, onProblem } = watching;
  let last: string | undefined;
  let failing = false;
  while (!signal.aborted) {
    let waitMs = retryMs;
    try {
      for await (const _ of changes(parts)) {
        if (failing) onProblem?.(undefined);
        failing = false;
        const endpoints = slices.endpoints();
        const key = JSON.stringify(endpoints);
        if (key === last) continue;
        last = key;
        yield { endpoints, source };
      }
    } catch (error) {
      if (signal.aborted) return;
      // A version that has expired does not count as a failure: the list is read again.
      if (isExpired(error)) waitMs = Math.min(retryMs, 100);
      else {
        failing = true;
        onProblem?.(`${source}: ${describe(error)}; the last endpoints stay`);
      }
    }
    await pause(jittered(waitMs), signal);
  }
}

/** Reads the list, then the events after it, and yields after each. Ends when a watch says that the list is too old. */
async function* changes(parts: Watched): AsyncGenerator<void, void> {
  const { api, base, slices, retryMs, watchSeconds, watching } = parts;
  const { signal } = watching;
  const text = await kubernetesText(api, `${base}&limit=500`, signal);
  let version: string | undefined = slices.list(JSON.parse(text));
  yield;
  const idleMs = (1.1 * watchSeconds + 1) * 1_000;
  while (!signal.aborted) {
    const from = encodeURIComponent(version);
    const bounds = `allowWatchBookmarks=true&timeoutSeconds=${watchSeconds}`;
    const path = `${base}&watch=true&${bounds}&resourceVersion=${from}`;
    const startedAt = performance.now();
    for await (const line of kubernetesLines(api, path, idleMs, signal, true)) {
      if (line.trim() === "") continue;
      version = slices.event(JSON.parse(line));
      if (version === undefined) return;
      yield;
    }
    // A server that ends each watch at once must not be asked without a pause.
    if (performance.now() - startedAt < retryMs) await pause(retryMs, signal);
  }
}

function isExpired(error: unknown): boolean {
  return error instanceof KubernetesStatusError && error.status === 410;
}

function describe(error: unknown): string {
  if (isRouterError(error)) return error.message;
  if (error instanceof SyntaxError) return "the API server's answer is not what was asked for";
  if (!(error instanceof KubernetesStatusError)) return failureOf(error);
  const { status } = error;
  const may = "may the account list and watch endpointslices?";
  return status === 401 || status === 403 ? `status ${status}: ${may}` : `status ${status}`;
}

function apiOf({ apiUrl, tokenFile, caFile }: KubernetesOptions): KubernetesApi {
  const { KUBERNETES_SERVICE_HOST: host, KUBERNETES_SERVICE_PORT: port = "443" } = environment();
  if (apiUrl === undefined && host === undefined)
    throw new MissingConfigurationError("kubernetes has no API server: set apiUrl outside a cluster", [
      "KUBERNETES_SERVICE_HOST",
    ]);
  const inCluster = host?.includes(":") ? `[${host}]` : host;
  return {
    url: (apiUrl ?? `https://${inCluster}:${port}`).replace(/\/$/, ""),
    tokenFile: tokenFile === false ? undefined : (tokenFile ?? `${account}/token`),
    caFile: caFile === false ? undefined : (caFile ?? `${account}/ca.crt`),
  };
}
