import { Cluster } from "ioredis";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { redisStore } from "../../../src/fleet/store/redis.ts";
import { storeConformance } from "../../../src/testing/index.ts";
import { freePort, startRedis, withoutRedis } from "../../support/redis-server.ts";

const host = "127.0.0.1";

/** Starts a cluster of two servers, each with half of the slots, and connects to it. */
async function clusterOfTwo(): Promise<Cluster> {
  const start = async (slots: readonly [string, string]) => {
    const bus = String(await freePort());
    const server = await startRedis([
      ...["--cluster-enabled", "yes", "--cluster-announce-ip", host],
      ...["--cluster-port", bus],
    ]);
    onTestFinished(() => server.stop());
    const client = server.connect();
    await client.call("CLUSTER", "ADDSLOTSRANGE", ...slots);
    return { port: server.port, bus, client };
  };
  const [one, two] = [await start(["0", "8191"]), await start(["8192", "16383"])];
  await two.client.call("CLUSTER", "SET-CONFIG-EPOCH", "2");
  await one.client.call("CLUSTER", "MEET", host, String(two.port), two.bus);
  for (const { client } of [one, two])
    await vi.waitFor(
      async () => expect(await client.call("CLUSTER", "INFO")).toContain("cluster_state:ok"),
      30_000,
    );
  const cluster = new Cluster([{ host, port: one.port }]);
  onTestFinished(() => cluster.disconnect());
  return cluster;
}

describe.skipIf(withoutRedis !== undefined)(
  `a cluster of two Redis servers (${withoutRedis ?? "real"})`,
  () => {
    it("has one epoch, whichever server a client asks first", async () => {
      const client = await clusterOfTwo();
      for (const namespace of ["one", "two", "three"]) {
        const store = redisStore({ client, namespace });
        const epochs = new Set<string>();
        for (let call = 0; call < 20; call += 1) epochs.add((await store.status()).epoch);
        expect([...epochs]).toEqual([expect.stringMatching(/^[\w-]+\/\w{40}$/)]);
      }
    });

    it("meets the requirements on a store, with all keys of a namespace on one of them", async () => {
      const client = await clusterOfTwo();
      let now = 1_790_000_000_000;
      let opened = 0;
      const open = async () => {
        opened += 1;
        return redisStore({ client, namespace: `n${opened}`, now: () => now });
      };
      const advance = (ms: number) => {
        now += ms;
      };
      for (const { name, run } of storeConformance({ open, advance }))
        await run().catch((cause: unknown) => {
          throw new Error(name, { cause });
        });
      expect(opened).toBeGreaterThan(20);
    });
  },
);
