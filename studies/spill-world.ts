import { always, spillOver } from "../policies/index.ts";
import { type ChatRequest, type Completion, type Model, ProviderError } from "../src/contracts/index.ts";
import { createRouter } from "../src/index.ts";
import { seededRandom } from "../src/loop/statistics/index.ts";
import { pool, prefixAffinity } from "../src/router/pools/index.ts";
import { EngineCore } from "../src/testing/fake-engine/engine-core.ts";
import { fakeModel } from "../src/testing/fake-model.ts";
import { type Arrival, drawArrivals, fleets } from "./balance-world.ts";
import { capacityOf } from "./simulate-balance.ts";

/** Four ways to meet a burst. */
export const ways = ["no spill", "back-pressure", "spillOver", "always cloud"] as const;
export type Way = (typeof ways)[number];

/** A burst: load before, during and after it as a share of the engines' capacity, and its times in milliseconds. */
export interface Burst {
  readonly load: number;
  readonly burstLoad: number;
  readonly startMs: number;
  readonly endMs: number;
  readonly untilMs: number;
}

export interface SpillResult {
  /** Requests of the whole run. */
  readonly all: number;
  /** Requests that arrived from the start of the burst on, and how many of them the cloud answered. */
  readonly requests: number;
  readonly spilled: number;
  /** Part of these that the policy had chosen the cloud for: no call met a full queue first. */
  readonly decided: number;
  /** Their times to the first token in milliseconds, ascending, with the time of calls that were refused before. */
  readonly firstTokenMs: readonly number[];
  /** Requests that no model answered. */
  readonly failed: number;
  /** Bill of the cloud in US dollars, over the whole run. */
  readonly cloudUsd: number;
  /** Cost of the GPUs over the whole run, and what the router's attempts had of it. */
  readonly gpuUsd: number;
  readonly attributedUsd: number;
}

/**
 * An A100 80GB costs 1.10 to 1.50 USD an hour at specialised clouds (https://www.mercatus-ai.com/blog/cloud-gpu-pricing,
 * May 2026); Qwen3-8B is listed at 0.05 and 0.40 USD a million tokens (https://openrouter.ai/qwen/qwen3-8b). Both read on
 * 2026-11-27.
 */
const usdPerHour = 1.3;
const cloudPrice = { usdPerMillionInputTokens: 0.05, usdPerMillionOutputTokens: 0.4 };
/** Assumed: the cloud has room for every request, and begins to answer after this time. */
const cloudFirstTokenMs = 500;
const cloudAnswerMs = 10_000;
/** vLLM's `--max-num-queued-reqs` in the ways that refuse: about what fits into the KV cache at a time, and a few more. */
const mostQueued = 64;
/** Step of the virtual time in which the router sees what has ended. */
const stepMs = 100;
const epoch = Date.UTC(2026, 10, 27);

/** Runs a burst through the real router, its pool and its policies, in front of simulated engines, in virtual time. */
export async function simulateSpill(way: Way, burst: Burst, seed: number): Promise<SpillResult> {
  const profiles = fleets.equal.map((profile) =>
    way === "no spill" ? profile : { ...profile, maxQueuedRequests: mostQueued },
  );
  const arrivals = burstArrivals(burst, capacityOf(fleets.equal), seed);
  const world = { now: 0, arrivals, firstToken: new Map<number, number>(), later: [] as Later[] };
  const cores = profiles.map((profile) => new EngineCore(profile));
  const real = performance.now;
  // Pools measure time by it.
  performance.now = () => world.now;
  try {
    const engines = cores.map((core, at) => engineModel(world, core, `http://gpu-${at}:8000/v1`));
    const own = pool("qwen", engines, { balance: prefixAffinity() });
    const models = { own, cloud: cloudModel(world) };
    const alone = { own };
    const common = {
      clock: () => epoch + world.now,
      monotonicClock: () => world.now,
      random: seededRandom(seed),
    };
    const router =
      way === "no spill"
        ? createRouter({ ...common, models: alone, policy: always("own") })
        : createRouter({ ...common, models, policy: policyOf(way) });

    let failed = 0;
    let [cloudUsd, attributedUsd, spilled, decided] = [0, 0, 0, 0];
    const open = new Set<Promise<void>>();
    const send = (index: number, { session }: Arrival): void => {
      const done = router
        .route({ session, messages: [{ role: "user", content: textOf(arrivals[index] as Arrival, index) }] })
        .then(({ attempts, decision }) => {
          for (const { ownGpu, costUsd = 0, error } of attempts) {
            if (ownGpu) attributedUsd += costUsd;
            else if (error === undefined) cloudUsd += costUsd;
          }
          const last = attempts.at(-1);
          if (last?.model !== "cloud" || (arrivals[index] as Arrival).atMs < burst.startMs) return;
          spilled += 1;
          if (decision.model === "cloud") decided += 1;
        })
        .catch(() => {
          failed += 1;
        })
        .finally(() => open.delete(done));
      open.add(done);
    };
    let next = 0;
    for (; next < arrivals.length || open.size > 0; world.now += stepMs) {
      for (const core of cores) core.advanceTo(world.now);
      for (; world.later[0] !== undefined && world.later[0].atMs <= world.now; ) world.later.shift()?.run();
      for (; (arrivals[next]?.atMs ?? Number.POSITIVE_INFINITY) <= world.now; next += 1) {
        send(next, arrivals[next] as Arrival);
        await settled();
      }
      await settled();
    }
    await router.close();
    const counted = arrivals.flatMap(({ atMs }, index) =>
      atMs >= burst.startMs ? [[index, atMs] as const] : [],
    );
    return {
      all: arrivals.length,
      requests: counted.length,
      spilled,
      failed,
      decided,
      cloudUsd,
      attributedUsd,
      gpuUsd: way === "always cloud" ? 0 : (cores.length * usdPerHour * burst.untilMs) / 3_600_000,
      firstTokenMs: counted
        .flatMap(([index, atMs]) => {
          const at = world.firstToken.get(index);
          return at === undefined ? [] : [at - atMs];
        })
        .sort((a, b) => a - b),
    };
  } finally {
    performance.now = real;
  }
}

function policyOf(way: Way) {
  if (way === "always cloud") return always("cloud");
  return way === "spillOver"
    ? spillOver({ from: "own", to: "cloud", above: { waitMs: 100 } }, always("own"))
    : always("own");
}

/** Something that happens at a virtual time. */
interface Later {
  readonly atMs: number;
  readonly run: () => void;
}

interface World {
  now: number;
  readonly arrivals: readonly Arrival[];
  /** Virtual times of first tokens, by request. */
  readonly firstToken: Map<number, number>;
  readonly later: Later[];
}

function engineModel(world: World, core: EngineCore, endpoint: string): Model {
  const facts = fakeModel({ provider: "vllm", model: "qwen", endpoint, gpu: { usdPerHour } });
  return {
    ...facts,
    generate: (request) =>
      new Promise((resolve, reject) => {
        const index = indexOf(request);
        const { prompt, answer } = world.arrivals[index] as Arrival;
        const ticket = core.submit(
          {
            prompt,
            answer,
            onEvent({ type, atMs }) {
              if (type === "first-token") world.firstToken.set(index, atMs);
              if (type === "finished" && typeof ticket === "object")
                resolve(completionOf(ticket.promptTokens, answer.tokens, ticket.cachedTokens));
            },
          },
          world.now,
        );
        if (typeof ticket === "string")
          reject(new ProviderError({ kind: "saturated", model: facts.name, status: 503 }));
      }),
  };
}

function cloudModel(world: World): Model {
  return {
    ...fakeModel({ provider: "cloud", model: "qwen", price: cloudPrice }),
    generate: (request) =>
      new Promise((resolve) => {
        const index = indexOf(request);
        const { prompt, answer } = world.arrivals[index] as Arrival;
        world.firstToken.set(index, world.now + cloudFirstTokenMs);
        const tokens = prompt.reduce((sum, one) => sum + one.tokens, 0);
        const run = () => resolve(completionOf(tokens, answer.tokens, 0));
        world.later.push({ atMs: world.now + cloudAnswerMs, run });
      }),
  };
}

function completionOf(prompt_tokens: number, completion_tokens: number, cached_tokens: number): Completion {
  return {
    id: "simulated",
    created: 0,
    model: "qwen",
    choices: [
      { index: 0, finish_reason: "stop", message: { role: "assistant", content: "ok", refusal: null } },
    ],
    usage: {
      prompt_tokens,
      completion_tokens,
      total_tokens: prompt_tokens + completion_tokens,
      prompt_tokens_details: { cached_tokens },
    },
  } as Completion;
}

/** A text about as long as the prompt, which begins with the number of the request. */
function textOf({ prompt }: Arrival, index: number): string {
  const tokens = prompt.reduce((sum, one) => sum + one.tokens, 0);
  return `${index} ${"word ".repeat(tokens)}`;
}

function indexOf({ messages }: ChatRequest): number {
  return Number.parseInt(String(messages[0]?.content), 10);
}

/** Lets everything happen that waits for no time. */
function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

function burstArrivals(
  { load, burstLoad, startMs, endMs, untilMs }: Burst,
  capacity: number,
  seed: number,
): readonly Arrival[] {
  const usual = drawArrivals(load * capacity, untilMs, 10 * seed + 1);
  const more = drawArrivals((burstLoad - load) * capacity, endMs - startMs, 10 * seed + 2);
  const shifted = more.map((one) => ({
    ...one,
    atMs: one.atMs + startMs,
    answer: { ...one.answer, hash: `+${one.answer.hash}` },
  }));
  return [...usual, ...shifted].sort((a, b) => a.atMs - b.atMs);
}
