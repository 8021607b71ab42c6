import type { Model, PoolEvent, PoolNews, PoolRules, PoolWatch } from "../../contracts/index.ts";
import type { Clock } from "../../contracts/ports/index.ts";
import { settleWithin } from "../../plugin/settle-within.ts";

/** The pools of a router that look for their endpoints and their load. */
export interface PoolWatches {
  /**
   * Begins to watch the router's pools, once. Returns a promise while one does not know its endpoints and may still be waited
   * for. It never rejects.
   */
  begin(): Promise<void> | undefined;
  /** Watches a pool that is not one of the router's, such as that of a judge. Rejects if the signal fires first. */
  open(model: Model, signal: AbortSignal): Promise<void> | undefined;
  /** Ends timers and connections of all. */
  close(): Promise<void>;
}

export interface PoolWatchesParts {
  readonly models: Readonly<Record<string, Model>>;
  readonly clock: Clock;
  readonly emit: (event: PoolEvent) => void;
}

/** Most pools of others that are watched. */
const mostOthers = 100;

export function createPoolWatches({ models, clock, emit }: PoolWatchesParts): PoolWatches {
  const pools = Object.entries(models).filter(([, { pool }]) => pool?.watch !== undefined);
  const watches: PoolWatch[] = [];
  const others = new WeakSet<PoolRules>();
  let hasBegun = pools.length === 0;
  let waiting: Promise<void> | undefined;
  let isClosed = false;

  const watchOf = ([id, { name, pool }]: (typeof pools)[number]): PoolWatch[] => {
    const onNews = ({ kind, ready, draining, out, problem }: PoolNews): void => {
      if (isClosed) return;
      const counts = {
        ready,
        draining,
        ...(out !== undefined && { out }),
        ...(problem !== undefined && { problem }),
      };
      emit({ type: `pool-${kind}`, model: id, pool: name, ...counts });
    };
    try {
      const watch = pool?.watch?.({ clock, onNews });
      if (watch === undefined) return [];
      watches.push(watch);
      return [watch];
    } catch {
      onNews({ kind: "problem", ready: 0, draining: 0, problem: "it cannot be watched: watch() threw" });
      return [];
    }
  };
  const readyOf = (begun: readonly PoolWatch[]): Promise<void> | undefined => {
    const starting = begun.flatMap(({ ready }) => (ready === undefined ? [] : [ready]));
    return starting.length === 0 ? undefined : Promise.allSettled(starting).then(() => {});
  };

  return {
    begin() {
      if (hasBegun || isClosed) return waiting;
      hasBegun = true;
      waiting = readyOf(pools.flatMap(watchOf))?.then(() => {
        waiting = undefined;
      });
      return waiting;
    },
    open(model, signal) {
      const { pool } = model;
      if (pool?.watch === undefined || isClosed || others.has(pool)) return undefined;
      if (watches.length >= pools.length + mostOthers) return undefined;
      others.add(pool);
      const ready = readyOf(watchOf([model.name, model]));
      return ready && settleWithin(ready, { clock, signal });
    },
    async close() {
      isClosed = true;
      await Promise.allSettled(watches.map(async (watch) => watch.close()));
    },
  };
}
