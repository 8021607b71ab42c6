import { setTimeout as sleep } from "node:timers/promises";
import { expect, vi } from "vitest";
import type { DiscoveredEndpoint } from "../../src/router/pools/index.ts";
import { vllm } from "../../src/router/providers/engines/index.ts";
import { type FakeEngine, serveFakeEngine, smallProfile } from "../../src/testing/index.ts";
import { createPod, deletePod, reconcile, setReady } from "./cluster-objects.ts";
import type { RealCluster } from "./real-cluster.ts";

/** Time that a `preStop` sleeps, so that the routers see that a pod ends, in milliseconds: 20 seconds in the example. */
const preStopMs = 1_000;

/** Pods of the service `vllm`: objects of a real API server, with simulated engines on loopback as their servers. */
export class FakePods {
  /** Calls that pods got after their hook had slept. */
  late = 0;
  readonly #cluster: RealCluster;
  readonly #engines = new Map<string, FakeEngine>();

  constructor(cluster: RealCluster) {
    this.#cluster = cluster;
  }

  /** Starts a pod: an engine, an address that stands for it, and, once it answers, readiness. */
  async start(name: string, ip: string): Promise<void> {
    const profile = { ...smallProfile, stepMs: 3 };
    this.#engines.set(ip, await serveFakeEngine({ model: "qwen", profile }));
    await createPod(this.#cluster, name, ip);
    await setReady(this.#cluster, name, true);
    await reconcile(this.#cluster, "vllm-a");
  }

  /** Ends a pod as the kubelet does: it terminates, its hook waits, its server ends, and it is gone. */
  async end(name: string, ip: string): Promise<void> {
    const { core, requests, close } = this.#engines.get(ip) as FakeEngine;
    await deletePod(this.#cluster, name);
    await reconcile(this.#cluster, "vllm-a");
    await sleep(preStopMs);
    const before = requests.length;
    await vi.waitFor(() => expect(core.running + core.waiting).toBe(0), { timeout: 60_000, interval: 20 });
    this.late += requests.length - before;
    await close();
    this.#engines.delete(ip);
    await deletePod(this.#cluster, name, true);
    await reconcile(this.#cluster, "vllm-a");
  }

  /** Makes the model of an endpoint. An EndpointSlice takes no address of the loopback interface: others stand for them. */
  readonly as = ({ url }: DiscoveredEndpoint) => {
    const engine = this.#engines.get(new URL(url).hostname);
    return vllm("qwen", { baseUrl: engine?.url ?? "http://127.0.0.1:9/v1", apiKey: "none" });
  };

  async close(): Promise<void> {
    for (const { close } of this.#engines.values()) await close();
  }
}
