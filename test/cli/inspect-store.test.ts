import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { inspectStore } from "../../cli/inspect-store.ts";
import { always } from "../../policies/index.ts";
import type { Store } from "../../src/contracts/index.ts";
import { fleet, memoryStore, type RedisLike, redisStore } from "../../src/fleet/index.ts";
import { createRouter } from "../../src/index.ts";
import { fakeModel } from "../../src/testing/index.ts";
import { type Folder, temporaryFolder } from "../support/cli-config.ts";
import { runCli } from "../support/run-cli.ts";

const wall = Date.parse("2026-12-01T00:00:00Z");

function clockOf(roundTripMs = 0) {
  let calls = 0;
  return {
    wall: () => wall,
    monotonic: () => {
      calls += 1;
      return calls * roundTripMs;
    },
  };
}
const unreachable: Store = { ...memoryStore(), status: () => Promise.reject(new Error("secret")) };

let folder: Folder;
beforeEach(() => {
  folder = temporaryFolder();
});
afterEach(() => folder.remove());

describe("doctor", () => {
  it.each([
    [0, []],
    [900, []],
    [-999, []],
    [1_000, [/1.0 s ahead of/]],
    [-5_000, [/5.0 s behind/]],
  ])("tells of a store whose clock differs by %s ms only from a second on", async (skewMs, notices) => {
    const store = memoryStore({ now: () => wall + skewMs });
    const report = await inspectStore(fleet({ store }), 1_000, clockOf());
    expect(report).toMatchObject({ reachable: true, clockSkewMs: skewMs, formatVersion: 1 });
    expect(report.notices).toEqual(notices.map((one) => expect.stringMatching(one)));
  });

  it("does not blame a clock for a difference that the round trip explains", async () => {
    const store = memoryStore({ now: () => wall + 2_000 });
    const { clockSkewMs, notices } = await inspectStore(fleet({ store }), 1_000, clockOf(2_500));
    expect(clockSkewMs).toBe(750);
    expect(notices).toEqual([expect.stringMatching(/longer than shared.timeoutMs of 100 ms/)]);
  });

  it("reports a store that fails or never answers as a problem, without foreign text", async () => {
    const failed = await inspectStore(fleet({ store: unreachable }), 1_000, clockOf());
    expect(failed).toMatchObject({ reachable: false, problem: "store: cannot be used" });
    const silent = { ...memoryStore(), status: () => new Promise<never>(() => {}) };
    const late = await inspectStore(fleet({ store: silent }), 10, clockOf());
    expect(late.problem).toBe("store: gave no answer within 0.01 s");
  });

  it("warns of a Redis that forgets at a restart what budgets have used", async () => {
    const client = (aof: string): RedisLike => ({
      eval: async () => ["epoch", "1", String(wall)],
      evalsha: async () => ["epoch", "1", String(wall)],
      info: async (section) => (section === "persistence" ? `aof_enabled:${aof}\r\n` : "run_id:abc\r\n"),
    });
    const [off, on] = await Promise.all(
      ["0", "1"].map((aof) =>
        inspectStore(fleet({ store: redisStore({ client: client(aof) }) }), 1_000, clockOf()),
      ),
    );
    expect(off?.notices).toEqual([
      expect.stringMatching(/runs without appendonly: a crash or restart forgets/),
    ]);
    expect(on?.notices).toEqual([]);
  });

  it("shows the store of a router, and fails if it cannot be reached", async () => {
    const price = { usdPerMillionInputTokens: 1, usdPerMillionOutputTokens: 2 };
    const configOf = (store: Store) =>
      folder.config(() =>
        createRouter({
          models: { small: fakeModel({ model: "small", price }) },
          policy: always("small"),
          budgets: [{ limitUsd: 1, period: "day" }],
          shared: fleet({ store }),
        }),
      );
    const { out } = await runCli(["doctor", "--config", configOf(memoryStore())]);
    expect(out).toMatch(/Shared store\n +store +memory, namespace router, leased: reachable/);
    const failed = await runCli(["doctor", "--config", configOf(unreachable)]);
    expect(failed.exitCode).toBe(1);
    expect(failed.out).toContain("store: cannot be used");
    const { store } = JSON.parse(
      (await runCli(["doctor", "--config", configOf(memoryStore()), "--json"])).out,
    );
    expect(store).toMatchObject({ name: "memory", reachable: true });
  });
});
