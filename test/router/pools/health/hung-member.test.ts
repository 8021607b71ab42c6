import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { setTimeout as pause } from "node:timers/promises";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { always } from "../../../../policies/index.ts";
import type { Model, PoolEvent } from "../../../../src/contracts/index.ts";
import { createRouter } from "../../../../src/index.ts";
import { leastLoaded, type PoolOptions, pool, roundRobin } from "../../../../src/router/pools/index.ts";
import { vllm } from "../../../../src/router/providers/engines/index.ts";
import { nodeArguments } from "../../../support/node-arguments.ts";

interface EngineProcess {
  readonly child: ChildProcess;
  readonly url: string;
}

async function startEngine(): Promise<EngineProcess> {
  const child = spawn(process.execPath, nodeArguments("test/support/pools/engine-process.ts"), {
    stdio: ["pipe", "pipe", "inherit"],
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  for await (const url of createInterface({ input: child.stdout })) return { child, url };
  throw new Error("the engine did not start");
}

interface Load {
  readonly options?: PoolOptions;
  readonly calls: number;
  /** What happens before the call of an index. */
  readonly at: Readonly<Record<number, (engines: readonly EngineProcess[], own: Model) => unknown>>;
}

/** Thirty calls a second on two engines, and which member each call met first. */
async function underLoad({ options, calls, at }: Load) {
  const engines = await Promise.all([startEngine(), startEngine()]);
  const own = pool(
    "own",
    engines.map(({ url }) => vllm("qwen", { baseUrl: url, apiKey: "none" })),
    options,
  );
  const events: PoolEvent[] = [];
  const router = createRouter({
    models: { own },
    onEvent: (event) => void (event.type.startsWith("pool-") && events.push(event as PoolEvent)),
    policy: always("own"),
    execution: { attemptTimeoutMs: 1_500, retries: 2 },
  });
  onTestFinished(() => router.close());
  const answers: Promise<{ readonly first: string | undefined; readonly isAnswered: boolean }>[] = [];
  for (let index = 0; index < calls; index += 1) {
    await at[index]?.(engines, own);
    answers.push(
      router.route({ messages: [{ role: "user", content: `${index}` }], max_tokens: 4 }).then(
        ({ attempts }) => ({ first: attempts[0]?.endpoint, isAnswered: true }),
        () => ({ first: undefined, isAnswered: false }),
      ),
    );
    await pause(33);
  }
  return { answers: await Promise.all(answers), engines, own, events, router };
}

/** Number of calls from an index on that went to an engine first. */
const metFrom = (
  index: number,
  engine: EngineProcess | undefined,
  answers: readonly { first?: string | undefined }[],
) => answers.slice(index).filter(({ first }) => first?.startsWith(engine?.url ?? "none")).length;

describe("a member that hangs under thirty calls a second", () => {
  it.each([
    ["round robin", roundRobin],
    ["least loaded", leastLoaded()],
  ])("is met by one more call at most (%s), and none is lost", async (_name, balance) => {
    const options = { balance, ...(balance === roundRobin ? {} : { load: true as const }) };
    const stopAt = 20;
    const { answers, engines, own, events } = await underLoad({
      options,
      calls: 90,
      at: { [stopAt]: ([hung]) => hung?.child.kill("SIGSTOP") },
    });
    expect(answers.every(({ isAnswered }) => isAnswered)).toBe(true);
    expect(metFrom(0, engines[0], answers)).toBeGreaterThan(0);
    expect(metFrom(stopAt, engines[0], answers)).toBeLessThanOrEqual(1);
    await vi.waitFor(
      () => expect(own.members?.().map(({ state }) => state)).toEqual(["out", "ready"]),
      5_000,
    );
    expect(own.pool?.problems?.().join()).toContain("GET /health: no answer within 1 s; it is out");
    expect(events.map(({ type }) => type)).toContain("pool-problem");
    expect(events).toContainEqual(expect.objectContaining({ type: "pool-changed", ready: 1, out: 1 }));
    engines[0]?.child.kill("SIGCONT");
    await vi.waitFor(
      () => expect(own.members?.().map(({ state }) => state)).toEqual(["ready", "ready"]),
      5_000,
    );
    expect(events.at(-1)).toMatchObject({ type: "pool-recovered", ready: 2, out: 0 });
  });

  it("is out when it is killed, and gets no call while it is", async () => {
    const { answers, engines, own } = await underLoad({
      options: { balance: roundRobin, health: { everyMs: 100 } },
      calls: 60,
      at: { 15: ([dead]) => dead?.child.kill("SIGKILL") },
    });
    expect(answers.every(({ isAnswered }) => isAnswered)).toBe(true);
    expect(metFrom(15, engines[0], answers)).toBeLessThanOrEqual(1);
    expect(own.members?.().map(({ state }) => state)).toEqual(["out", "ready"]);
  });

  it("gets calls all the same where all members are out", async () => {
    const health = { everyMs: 50, timeoutMs: 500, outAfter: 1 };
    const { engines, own, router } = await underLoad({ calls: 2, at: {}, options: { health } });
    const states = () => own.members?.().map(({ state }) => state);
    await vi.waitFor(() => expect(states()).toEqual(["ready", "ready"]), 5_000);
    for (const { child } of engines) child.kill("SIGSTOP");
    void router.route("Hello").catch(() => {});
    await vi.waitFor(() => expect(states()).toEqual(["out", "out"]), 5_000);
    const decision = await router.decide("Hello");
    expect(decision.candidates[0]?.members?.map(({ state }) => state)).toEqual(["out", "out"]);
    const waiting = router.route({ messages: [{ role: "user", content: "Hello" }], max_tokens: 2 });
    for (const { child } of engines) child.kill("SIGCONT");
    expect((await waiting).attempts.at(-1)?.error).toBeUndefined();
  });
});
