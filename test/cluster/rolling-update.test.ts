import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { always } from "../../policies/index.ts";
import { createRouter, type Router } from "../../src/index.ts";
import { kubernetes, type PoolOptions, pool } from "../../src/router/pools/index.ts";
import { isChecked, runs } from "../support/runs.ts";
import { startCallers } from "./callers.ts";
import { createNamespace } from "./cluster-objects.ts";
import { FakePods } from "./fake-pods.ts";
import { hasCluster, type RealCluster, startCluster, versions } from "./real-cluster.ts";

const isRun = isChecked("kubernetes") && hasCluster();
const size = 20;
const callers = 16;
vi.setConfig({ testTimeout: 600_000 });

describe.skipIf(!isRun)(`pods on an API server of Kubernetes ${versions.kubernetes}`, () => {
  let cluster: RealCluster;
  let pods: FakePods;

  beforeAll(async () => {
    cluster = await startCluster();
    await createNamespace(cluster, "ml");
    pods = new FakePods(cluster);
  }, 600_000);
  afterAll(async () => {
    await pods?.close();
    await cluster?.close();
  });

  function routerOf(options: PoolOptions) {
    const { url: apiUrl, caFile, tokenFile } = cluster;
    const found = { service: "vllm", namespace: "ml", retryMs: 200, apiUrl, caFile, tokenFile };
    const own = pool(
      "own",
      { discover: kubernetes(found), as: pods.as },
      { load: true, startWaitMs: 60_000, ...options },
    );
    return { own, router: createRouter({ models: { own }, policy: always("own") }) };
  }

  test.each(Array.from({ length: runs(3, 5) }, (_, run) => run + 1))(
    `a rolling update of ${size} under ${callers} callers loses no request, run %i`,
    async (run) => {
      const pod = (version: number, member: number) =>
        [`vllm-${run}-${version}-${member}`, `10.${run}.${version}.${member + 1}`] as const;
      for (let member = 0; member < size; member += 1) await pods.start(...pod(1, member));
      const { own, router } = routerOf({});
      const calling = startCallers(router as Router, callers);
      const ended: Promise<void>[] = [];
      for (let member = 0; member < size; member += 1) {
        await pods.start(...pod(2, member));
        ended.push(pods.end(...pod(1, member)));
        // At most three of the old ones on their way out at a time.
        if (member >= 2) await ended[member - 2];
      }
      await Promise.all(ended);
      await vi.waitFor(() => expect(own.members?.()).toHaveLength(size), { timeout: 60_000 });
      await calling.end();
      await router.close();
      await Promise.all(Array.from({ length: size }, (_, member) => pods.end(...pod(2, member))));
      const { answered, streamed, retried, errors } = calling;
      console.log(
        `run ${run}: ${answered} requests, ${streamed} of them streams, ${errors.length} lost, ${retried} met a second member, ${pods.late} calls of pods that end`,
      );
      expect([errors, pods.late]).toEqual([[], 0]);
      expect(answered).toBeGreaterThan(10 * callers);
    },
  );

  test("an autoscaler that follows the wanted number adds pods under load and ends them after it, and no request is lost", async () => {
    const pod = (number: number) => [`scaled-${number}`, `10.9.0.${number}`] as const;
    await pods.start(...pod(1));
    const scale = { max: 4, slots: 4, upAfterMs: 1_000, downAfterMs: 4_000 };
    const { own, router } = routerOf({ scale });
    const counts: number[] = [1];
    const follow = async (isDone: (count: number) => boolean): Promise<void> => {
      for (let tries = 0; !isDone(counts.at(-1) ?? 0); tries += 1) {
        expect(tries).toBeLessThan(400);
        const wanted = own.pool?.wanted?.()?.wanted ?? 1;
        const count = counts.at(-1) ?? 1;
        if (wanted > count) await pods.start(...pod(count + 1));
        else if (wanted < count) await pods.end(...pod(count));
        else await new Promise((resolve) => setTimeout(resolve, 100));
        if (wanted !== count) counts.push(count + Math.sign(wanted - count));
      }
    };
    const heavy = startCallers(router as Router, callers);
    await follow((count) => count === 4);
    await heavy.end();
    const light = startCallers(router as Router, 1);
    await follow((count) => count === 1);
    await light.end();
    await router.close();
    await pods.end(...pod(1));
    console.log(`scaled ${counts.join(" ")}: ${heavy.answered + light.answered} requests`);
    expect(counts).toEqual([1, 2, 3, 4, 3, 2, 1]);
    expect([heavy.errors, light.errors, pods.late]).toEqual([[], [], 0]);
  });
});
