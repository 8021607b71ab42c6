import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { isDeepStrictEqual } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { RolloutStatus } from "../../src/loop/rollout/rollout-status.ts";
import { nodeArguments } from "../support/node-arguments.ts";
import { type RedisServer, startRedis, withoutRedis } from "../support/redis-server.ts";
import { runs } from "../support/runs.ts";

interface FleetMember {
  readonly child: ChildProcess;
  ask<T>(call: "send" | "judge" | "status" | "stage" | "advance", sessions?: readonly string[]): Promise<T>;
}

const children: ChildProcess[] = [];

async function launch(kind: string, place: string): Promise<FleetMember> {
  const child = spawn(
    process.execPath,
    nodeArguments("test/support/rollout/rollout-process.ts", kind, place),
    {
      stdio: ["ignore", "ignore", "inherit", "ipc"],
    },
  );
  children.push(child);
  const next = <T>() =>
    new Promise<T>((resolve, reject) => {
      child.once("message", (message) => resolve(message as T));
      child.once("exit", (code) => reject(new Error(`the process ended with ${code}`)));
    });
  await next();
  return {
    child,
    async ask(call, sessions) {
      const answered = next<{ answer: never }>();
      child.send({ call, sessions });
      return (await answered).answer;
    },
  };
}

const names = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, at) => `session-${from + at}`);

async function liveOfFleet(kind: string, place: string): Promise<void> {
  const members = await Promise.all([1, 2, 3, 4].map(() => launch(kind, place)));
  const count = runs(40, 400);
  const known = new Map<string, string>();
  /** Sends sessions to a process, and expects each in the arm that it had anywhere before. */
  const send = async (member: FleetMember, sessions: readonly string[]) => {
    const arms = await member.ask<Record<string, string>>("send", sessions);
    for (const [session, arm] of Object.entries(arms)) {
      // What followed control without being compared may get an arm when shares grow.
      const before = known.get(session);
      if (before !== undefined && !before.startsWith("between"))
        expect([session, arm]).toEqual([session, before]);
      known.set(session, arm);
    }
  };
  const compared = () => [...known.values()].filter((arm) => !arm.startsWith("between"));
  const expected = () => ({
    candidate: compared().filter((arm) => arm === "candidate small").length,
    control: compared().filter((arm) => arm === "control large").length,
    inBoth: 0,
  });
  /** Expects each compared session to count once, as soon as all have written what they have seen. */
  const expectCounted = async (members: readonly FleetMember[]) => {
    let counted: unknown;
    for (let tries = 0; tries < 100; tries += 1) {
      for (const member of members) await member.ask("judge");
      const [last] = members.slice(-1) as [FleetMember];
      const { units, inBoth } = await last.ask<RolloutStatus>("status");
      counted = { candidate: units.candidate, control: units.control, inBoth };
      if (isDeepStrictEqual(counted, expected())) break;
      await sleep(50);
    }
    expect(counted).toEqual(expected());
  };

  // The requests of each session reach two processes, which claim it at the same time.
  const [first, second, third, fourth] = members as [FleetMember, FleetMember, FleetMember, FleetMember];
  await Promise.all([send(first, names(0, count)), send(second, names(count, 2 * count))]);
  await Promise.all([send(third, names(0, count)), send(fourth, names(count, 2 * count))]);
  await expectCounted(members);

  first.child.kill("SIGKILL");
  const again = await launch(kind, place);
  await send(again, names(0, 2 * count));
  await send(again, names(2 * count, 3 * count));
  await expectCounted([again, third]);

  // A person moves it in one process: all follow.
  await third.ask("advance");
  const movedAt = performance.now();
  for (const member of [second, third, fourth, again]) {
    const stageOf = async () =>
      (await member.ask<{ fleet: { stage: number; share: number } }>("stage")).fleet;
    while ((await stageOf()).stage !== 1) await sleep(50);
    expect(await stageOf()).toMatchObject({ share: 0.5, controlShare: 0.5, paused: false });
  }
  if (runs(0, 1) === 1)
    console.log(`${kind}: all follow after ${Math.round(performance.now() - movedAt)} ms`);
  await send(fourth, names(0, 3 * count));
  await send(again, names(3 * count, 4 * count));
  await expectCounted([fourth, again, second]);
}

afterAll(() => {
  for (const child of children) child.kill("SIGKILL");
});

describe.skipIf(withoutRedis !== undefined)(
  `a rollout in four processes (${withoutRedis ?? "real Redis"})`,
  () => {
    let server: RedisServer;
    beforeAll(async () => {
      server = await startRedis();
    });
    afterAll(() => server.stop());
    it("keeps arms and counts each unit once, also when one is killed and started again", async () => {
      await liveOfFleet("redis", String(server.port));
    }, 600_000);
  },
);

// Processes take their time to start: the short run has one store.
describe.skipIf(runs(1, 0) === 1 || process.getBuiltinModule("node:sqlite") === undefined)(
  "a rollout in four processes over a SQLite file",
  () => {
    const folder = mkdtempSync(join(tmpdir(), "switchpoint-rollout-"));
    afterAll(() => rmSync(folder, { recursive: true, force: true }));
    it("keeps arms and counts each unit once, also when one is killed and started again", async () => {
      await liveOfFleet("sqlite", join(folder, "rollout.db"));
    }, 600_000);
  },
);
