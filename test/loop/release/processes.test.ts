import { type ChildProcess, spawn } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { always, threshold } from "../../../policies/index.ts";
import type { Store } from "../../../src/contracts/index.ts";
import { redisStore } from "../../../src/fleet/store/redis.ts";
import { createRouter } from "../../../src/index.ts";
import { publishRelease } from "../../../src/loop/index.ts";
import { fakeModel } from "../../../src/testing/index.ts";
import { followedReleases } from "../../support/followed-releases.ts";
import { nodeArguments } from "../../support/node-arguments.ts";
import { type RedisServer, startRedis, withoutRedis } from "../../support/redis-server.ts";

let server: RedisServer;
let store: Store;
const running = new Set<ChildProcess>();

interface Said {
  readonly release: string;
  readonly model: string;
  readonly policy: { readonly name: string };
  readonly at: number;
}

function launch(): { readonly child: ChildProcess; readonly said: Said[]; readonly failures: () => string } {
  const child = spawn(
    process.execPath,
    nodeArguments("test/support/following-process.ts", String(server.port)),
    {
      stdio: ["ignore", "pipe", "pipe"],
    },
  );
  running.add(child);
  child.once("exit", () => running.delete(child));
  const said: Said[] = [];
  let failures = "";
  let rest = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    const lines = (rest + text).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) said.push(JSON.parse(line) as Said);
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    failures = (failures + text).slice(-2_000);
  });
  return { child, said, failures: () => failures };
}

describe.skipIf(withoutRedis !== undefined)(`a fleet (${withoutRedis ?? "real Redis"})`, () => {
  beforeAll(async () => {
    server = await startRedis();
    store = redisStore({ client: server.connect() });
  });
  afterAll(async () => {
    for (const child of running) child.kill("SIGKILL");
    await store.close();
    await server.stop();
  });

  it("follows a release in four processes, one of them killed and started again", async () => {
    const releases = followedReleases(always, threshold);
    const router = createRouter({
      models: { small: fakeModel({ model: "s" }), large: fakeModel({ model: "l" }) },
      policy: threshold({ small: "small", large: "large", at: 0.5 }),
    });
    const publish = (name: string, data: { readonly at: number } | null) =>
      publishRelease({ router, store, releases, name, data, by: "ada", reason: "test" });
    const fleet = [launch(), launch(), launch(), launch()];
    const all = async (release: string) => {
      while (!fleet.every(({ said }) => said.at(-1)?.release === release)) {
        expect(fleet.map(({ failures }) => failures()).join("")).toBe("");
        await sleep(20);
      }
    };
    await all("none");
    const one = await publish("always", null);
    const publishedAt = Date.now();
    await all(one.hash.slice(0, 12));
    const slowest = Math.max(...fleet.map(({ said }) => (said.at(-1)?.at ?? 0) - publishedAt));
    if (process.env["SWITCHPOINT_RUNS"] === "full")
      console.log(`the slowest of 4 processes followed in ${slowest} ms`);
    const victim = fleet.pop();
    victim?.child.kill("SIGKILL");
    fleet.push(launch());
    const two = await publish("threshold", { at: 0.9 });
    await all(two.hash.slice(0, 12));
    for (const { said } of fleet.slice(0, 3))
      expect(said.map(({ release, model, policy }) => [release, model, policy.name])).toEqual([
        ["none", "small", "threshold"],
        [one.hash.slice(0, 12), "large", "always"],
        [two.hash.slice(0, 12), "small", "threshold"],
      ]);
    // The one that was started again never saw what it had missed, or no longer is it.
    expect(fleet[3]?.said.at(-1)).toMatchObject({
      release: two.hash.slice(0, 12),
      policy: { name: "threshold" },
    });
  }, 120_000);
});
