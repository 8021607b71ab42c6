import type { Store } from "../../../src/contracts/index.ts";
import { memoryStore } from "../../../src/fleet/store/memory.ts";

/** Ways in which a call to a store fails. `lost`: it is done, and the answer never comes. */
export type Fault = "none" | "rejects" | "lost" | "silent" | "lies";

/** A store in memory that fails for one process or for all, is restarted, and loses its data. */
export interface FaultyStore {
  /** Returns the store as a process sees it. */
  for(process: { fault: Fault; skip?: number }): Store;
  /** Store without faults. */
  readonly honest: () => Store;
  restart(options: { readonly withData: boolean }): void;
}

export function faultyStore(now: () => number): FaultyStore {
  let store = memoryStore({ now });
  let restarts = 0;
  const lies: readonly unknown[] = [
    undefined,
    null,
    "granted",
    { granted: Number.NaN, left: [1], lapsesAt: 1, nowMs: 1 },
    { granted: -5, left: [1], lapsesAt: 1, nowMs: 1 },
    { granted: "7", left: [1], lapsesAt: 1, nowMs: 1 },
    { granted: 1e300, left: [1], lapsesAt: 1, nowMs: 1 },
    { granted: 1, left: [Number.NaN], lapsesAt: 1, nowMs: 1 },
    { granted: 1, left: "x", lapsesAt: Number.POSITIVE_INFINITY, nowMs: 1 },
    { granted: 0, why: "because", key: "a", nowMs: 1 },
    { granted: 0, why: "limit", key: 7, nowMs: 1 },
    { epoch: 1, nowMs: Number.NaN, formatVersion: 1 },
  ];
  let lie = 0;
  const call = async <T>(process: { fault: Fault }, work: () => Promise<T>): Promise<T> => {
    switch (process.fault) {
      case "none":
        return work();
      case "rejects":
        throw new Error("connection lost");
      case "lost":
        await work();
        throw new Error("connection lost");
      case "silent":
        return new Promise(() => {});
      case "lies":
        await work();
        lie += 1;
        return lies[lie % lies.length] as T;
    }
  };
  return {
    for: (process) => ({
      name: "faulty",
      quotas: {
        reserve: (of) => call(process, () => store.quotas.reserve(of)),
        settle: (of) => call(process, () => store.quotas.settle(of)),
        read: (keys) => call(process, () => store.quotas.read(keys)),
        reset: (key, used) => call(process, () => store.quotas.reset(key, used)),
      },
      records: store.records,
      status: () =>
        call(process, async () => {
          const status = await store.status();
          return { ...status, epoch: `${status.epoch}/${restarts}` };
        }),
      async close() {},
    }),
    honest: () => store,
    restart({ withData }) {
      restarts += 1;
      if (!withData) store = memoryStore({ now });
    },
  };
}
