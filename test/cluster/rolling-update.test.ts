import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { always } from "../../policies/index.ts";
import { createRouter } from "../../src/index.ts";
import { kubernetes, pool } from "../../src/router/pools/index.ts";
import { vllm } from "../../src/router/providers/engines/index.ts";
import { type FakeEngine, serveFakeEngine, smallProfile } from "../../src/testing/index.ts";
import { isChecked, runs } from "../support/runs.ts";
import { createNamespace, createPod, deletePod, reconcile, setReady } from "./cluster-objects.ts";
import { hasCluster, type RealCluster, startCluster, versions } from "./real-cluster.ts";

const isRun = isChecked("kubernetes") && hasCluster();
const size = 20;
const callers = 16;
/** Time that a `preStop` sleeps, so that the routers see that a pod ends, in milliseconds: 20 seconds in the example. */
const preStopMs = 500;

describe.skipIf(!isRun)(`a rolling update on an API server of Kubernetes ${versions.kubernetes}`, () => {
  let cluster: RealCluster;
  const engines = new Map<string, FakeEngine>();

  beforeAll(async () => {
    cluster = await startCluster();
    await createNamespace(cluster, "ml");
  }, 600_000);
  afterAll(async () => {
    for (const engine of engines.values()) await engine.close();
    await cluster?.close();
  });

  /** Starts a pod: an engine, an address that stands for it, and, once it answers, readiness. */
  async function startPod(name: string, ip: string): Promise<void> {
    engines.set(ip, await serveFakeEngine({ model: "qwen", profile: { ...smallProfile, stepMs: 3 } }));
    await createPod(cluster, name, ip);
    await setReady(cluster, name, true);
    await reconcile(cluster, "vllm-a");
  }

  /** Ends a pod as the kubelet does: it terminates, its hook waits, its server ends, and it is gone. */
  async function endPod(name: string, ip: string): Promise<void> {
    const { core, close } = engines.get(ip) as FakeEngine;
    await deletePod(cluster, name);
    await reconcile(cluster, "vllm-a");
    await sleep(preStopMs);
    await vi.waitFor(() => expect(core.running + core.waiting).toBe(0), { timeout: 60_000, interval: 20 });
    await close();
    engines.delete(ip);
    await deletePod(cluster, name, true);
    await reconcile(cluster, "vllm-a");
  }

  test.each(Array.from({ length: runs(3, 5) }, (_, run) => run + 1))(
    `of ${size} members under ${callers} callers loses no request, run %i`,
    async (run) => {
      const ipOf = (version: number, member: number) => `10.${run}.${version}.${member + 1}`;
      const nameOf = (version: number, member: number) => `vllm-${run}-${version}-${member}`;
      for (let member = 0; member < size; member += 1) await startPod(nameOf(1, member), ipOf(1, member));
      const { url: apiUrl, caFile, tokenFile } = cluster;
      const own = pool(
        "own",
        {
          discover: kubernetes({ service: "vllm", namespace: "ml", retryMs: 200, apiUrl, caFile, tokenFile }),
          // An EndpointSlice takes no address of the loopback interface.
          as: ({ url }) => {
            const engine = engines.get(new URL(url).hostname);
            return vllm("qwen", { baseUrl: engine?.url ?? "http://127.0.0.1:9/v1", apiKey: "none" });
          },
        },
        { load: true, startWaitMs: 60_000 },
      );
      const router = createRouter({ models: { own }, policy: always("own") });
      const done = { answered: 0, streamed: 0, retried: 0, errors: [] as unknown[] };
      let isOver = false;
      const call = async (caller: number): Promise<void> => {
        while (!isOver)
          try {
            const messages = [{ role: "user" as const, content: `Hello ${caller} ${done.answered}` }];
            if (caller % 2 === 0) {
              const { text, attempts } = await router.route({ messages });
              expect(text).toContain("tok");
              if (attempts.length > 1) done.retried += 1;
            } else {
              let text = "";
              for await (const { choices } of router.stream({ messages }))
                text += choices[0]?.delta.content ?? "";
              expect(text).toContain("tok");
              done.streamed += 1;
            }
            done.answered += 1;
          } catch (error) {
            done.errors.push(error);
          }
      };
      const calling = Array.from({ length: callers }, (_, caller) => call(caller));
      const ended: Promise<void>[] = [];
      for (let member = 0; member < size; member += 1) {
        await startPod(nameOf(2, member), ipOf(2, member));
        ended.push(endPod(nameOf(1, member), ipOf(1, member)));
        // One more than wanted at a time, two of the old ones on their way out.
        if (member >= 2) await ended[member - 2];
      }
      await Promise.all(ended);
      await vi.waitFor(() => expect(own.members?.()).toHaveLength(size), { timeout: 60_000 });
      const members = own.members?.().map(({ key }) => key) ?? [];
      isOver = true;
      await Promise.all(calling);
      await router.close();
      for (let member = 0; member < size; member += 1) {
        await deletePod(cluster, nameOf(2, member), true);
        await engines.get(ipOf(2, member))?.close();
        engines.delete(ipOf(2, member));
      }
      await reconcile(cluster, "vllm-a");
      const { answered, streamed, retried, errors } = done;
      console.log(
        `run ${run}: ${answered} requests, ${streamed} of them streams, ${errors.length} lost, ${retried} met a second member`,
      );
      expect(errors).toEqual([]);
      expect(new Set(members).size).toBe(size);
      expect(answered).toBeGreaterThan(10 * callers);
    },
    600_000,
  );
});
