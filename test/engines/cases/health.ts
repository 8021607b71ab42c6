import assert from "node:assert/strict";
import { setTimeout as pause } from "node:timers/promises";
import { always } from "../../../policies/index.ts";
import type { Member } from "../../../src/contracts/index.ts";
import { createRouter } from "../../../src/index.ts";
import { pool, roundRobin } from "../../../src/router/pools/index.ts";
import { ask, type Bench, type EngineCase } from "../engine-case.ts";

/** Calls a second. */
const rate = 30;
const everyMs = 1_000 / rate;

/** Servers that are probed beside the calls. */
export const healthCases: readonly EngineCase[] = [
  {
    name: "a member that hangs under 30 calls a second is met by one more call at most, and comes back",
    run: (bench) => hangs(bench, false),
  },
  {
    name: "a member that hangs under 30 streams a second is met by one more at most, and comes back",
    run: (bench) => hangs(bench, true),
  },
  {
    name: "a member that is killed under 30 calls a second gets no more calls than one",
    async run(bench) {
      const { own, router, servers } = await poolOfTwo(bench);
      const first: (string | undefined)[] = [];
      for (let index = 0; index < 60; index += 1) {
        if (index === 20) servers[0]?.signal("SIGKILL");
        void router.route({ messages: ask(`${index}`), max_tokens: 4 }).then(({ attempts }) => {
          first[index] = attempts[0]?.endpoint;
        });
        await pause(everyMs);
      }
      await until(() => first.filter((one) => one !== undefined).length === 60, "60 answers");
      const met = first.slice(20).filter((one) => one?.startsWith(servers[0]?.url ?? "")).length;
      assert.ok(met <= 1, `${met} calls met it`);
      await until(() => statesOf(own).join() === "out,ready", "out");
      return `${met} of 40, none lost`;
    },
  },
  {
    name: "a member that loads its model is told from one that is out, and gets no calls meanwhile",
    async run({ model, start, finally: later }) {
      const ready = await start({});
      const loading = await start({ model: "slow" }, { wait: false });
      const own = pool("own", [model({ of: loading }), model({ of: ready })], { balance: roundRobin });
      const router = createRouter({ models: { own }, policy: always("own") });
      later(() => router.close());
      const seen = new Set<string>();
      const from = performance.now();
      while (statesOf(own)[0] !== "ready" || seen.size === 0) {
        const { attempts } = await router.route({ messages: ask(), max_tokens: 2 });
        seen.add(`${statesOf(own)[0]}`);
        assert.equal(attempts.at(-1)?.error, undefined);
        if (performance.now() - from > 30_000) throw new Error("it is never ready");
        await pause(20);
      }
      return [...seen].join(", ");
    },
  },
];

const statesOf = (own: { members?(): readonly Member[] }) => own.members?.().map(({ state }) => state) ?? [];

async function until(isSo: () => boolean, what: string): Promise<void> {
  for (const from = performance.now(); !isSo(); await pause(10))
    if (performance.now() - from > 20_000) throw new Error(`not ${what} within 20 s`);
}

async function poolOfTwo({ model, start, finally: later }: Bench) {
  const servers = await Promise.all([start({ slots: 4 }), start({ slots: 4 })]);
  const own = pool(
    "own",
    servers.map((of) => model({ of })),
    { balance: roundRobin },
  );
  const execution = { attemptTimeoutMs: 5_000, retries: 3 };
  const router = createRouter({ models: { own }, policy: always("own"), execution });
  later(() => router.close());
  await router.route({ messages: ask(), max_tokens: 1 });
  return { own, router, servers };
}

/** SIGSTOP of one of two under load, SIGCONT, and which calls met it in between. */
async function hangs(bench: Bench, isStream: boolean): Promise<string> {
  const { own, router, servers } = await poolOfTwo(bench);
  const [hung] = servers;
  const first: (string | undefined)[] = [];
  const [stopAt, contAt, calls] = [30, 210, 270];
  const one = async (index: number): Promise<void> => {
    const request = { messages: ask(`${index}`), max_tokens: 4 };
    if (!isStream) first[index] = (await router.route(request)).attempts[0]?.endpoint;
    else {
      const stream = router.stream(request);
      for await (const _ of stream);
      first[index] = (await stream.result).attempts[0]?.endpoint;
    }
  };
  const all: Promise<unknown>[] = [];
  let outAfterMs: number | undefined;
  let stoppedAt = 0;
  for (let index = 0; index < calls; index += 1) {
    if (index === stopAt) {
      stoppedAt = performance.now();
      hung?.signal("SIGSTOP");
    }
    if (index === contAt) hung?.signal("SIGCONT");
    if (statesOf(own)[0] === "out") outAfterMs ??= performance.now() - stoppedAt;
    all.push(one(index).catch(() => {}));
    await pause(everyMs);
  }
  await Promise.all(all);
  const met = (from: number, to: number) =>
    first.slice(from, to).filter((endpoint) => endpoint?.startsWith(hung?.url ?? "")).length;
  const lost = calls - first.filter((endpoint) => endpoint !== undefined).length;
  assert.equal(lost, 0);
  assert.ok(met(stopAt, contAt) <= 1, `${met(stopAt, contAt)} calls met it`);
  assert.ok(outAfterMs !== undefined, "it is never out");
  assert.ok(met(contAt, calls) > 0, "it never comes back");
  return `${met(stopAt, contAt)} of ${contAt - stopAt} calls met it, out after ${(outAfterMs / 1_000).toFixed(1)} s, ${met(contAt, calls)} of ${calls - contAt} after it is back, 0 lost`;
}
