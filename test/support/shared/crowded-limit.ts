import { vi } from "vitest";
import type { QuotaLimit, Store } from "../../../src/contracts/index.ts";
import { memoryStore } from "../../../src/fleet/store/memory.ts";
import { type DeskInWorld, openDesk } from "./desk-world.ts";

/** Callers of one process. Times are in milliseconds. */
export interface Crowd {
  /** Callers that ask again as soon as their call has ended, or a while after a refusal. */
  readonly callers: number;
  readonly amount: number;
  /** Part of the amount that a call spends. */
  readonly spends: number;
  readonly callMs: number;
  /** Pause after a call, and after a refusal. */
  readonly pauseMs: number;
  readonly retryMs: number;
  readonly startsMs?: number;
}

export interface CrowdedLimit {
  readonly crowds: readonly Crowd[];
  readonly limit: QuotaLimit;
  readonly mode?: "leased" | "strict";
  readonly leaseShare?: number;
  readonly storeMs?: number;
  readonly runMs: number;
}

/** Outcome for the callers of one process. */
export interface Crowded {
  granted: number;
  refused: number;
  /** Longest time from a refusal of what would fit to a grant of another process, without a grant of its own. */
  longestMs: number;
}

interface Running extends Crowded {
  readonly desk: DeskInWorld;
  refusedSince: number | undefined;
}

/** Lets processes ask for one limit, in virtual time. Fake timers must be on. */
export async function crowdedLimit(world: CrowdedLimit) {
  const { crowds, limit, mode = "leased", leaseShare = 0.01, storeMs = 1, runMs } = world;
  const inner = memoryStore({ now: Date.now });
  const seen = { calls: 0 };
  const slowly = async <T>(work: () => Promise<T>): Promise<T> => {
    seen.calls += 1;
    await new Promise((resolve) => setTimeout(resolve, storeMs));
    return work();
  };
  const store: Store = {
    ...inner,
    quotas: {
      reserve: (of) => slowly(() => inner.quotas.reserve(of)),
      settle: (of) => slowly(() => inner.quotas.settle(of)),
      read: (keys) => slowly(() => inner.quotas.read(keys)),
      reset: (key, used) => slowly(() => inner.quotas.reset(key, used)),
    },
  };
  const begun = Date.now();
  const processes: Running[] = crowds.map(() => ({
    desk: openDesk({ store, mode, leaseShare, monotonic: () => Date.now() - begun }),
    granted: 0,
    refused: 0,
    longestMs: 0,
    refusedSince: undefined,
  }));
  let spent = 0;
  /** True if an amount fits what is left, were nothing under way. */
  const wouldFit = (amount: number): boolean =>
    limit.refillPerMs !== undefined || spent + amount <= limit.limit;
  const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
  let isOver = false;
  const work = async (at: number, caller: number): Promise<void> => {
    const crowd = crowds[at] as Crowd;
    const one = processes[at] as Running;
    await sleep((crowd.startsMs ?? 0) + caller);
    for (let count = 0; !isOver; count += 1) {
      const id = `${at}/${caller}/${count}`;
      const answer = await one.desk.reserve({ id, amount: crowd.amount, limits: [limit] });
      if (answer !== true) {
        one.refused += 1;
        if (!wouldFit(crowd.amount)) one.refusedSince = undefined;
        else one.refusedSince ??= Date.now();
        await sleep(crowd.retryMs);
        continue;
      }
      one.granted += 1;
      one.refusedSince = undefined;
      for (const other of processes)
        if (other.refusedSince !== undefined)
          other.longestMs = Math.max(other.longestMs, Date.now() - other.refusedSince);
      await sleep(crowd.callMs);
      const cost = Math.floor(crowd.amount * crowd.spends);
      spent += cost;
      one.desk.settle(id, cost, 0);
      await sleep(crowd.pauseMs);
    }
  };
  for (const [at, { callers }] of crowds.entries())
    for (let caller = 0; caller < callers; caller += 1) void work(at, caller);
  await vi.advanceTimersByTimeAsync(runMs);
  isOver = true;
  await vi.advanceTimersByTimeAsync(60_000);
  const closing = processes.map(({ desk }) => desk.close());
  await vi.advanceTimersByTimeAsync(5_000);
  await Promise.all(closing);
  const [state] = await inner.quotas.read([`router/${limit.key}`]);
  return {
    processes: processes.map(({ granted, refused, longestMs }) => ({ granted, refused, longestMs })),
    storeCalls: seen.calls,
    spent,
    state,
  };
}
