import type { Model, PoolEvent, PoolNews, PoolWatch } from "../contracts/index.ts";
import type { Clock } from "../contracts/ports/index.ts";

/** The pools of a router that look for their endpoints and their load. */
export interface PoolWatches {
  /**
   * Begins to watch, once. Returns a promise while a pool does not know its endpoints and may still be waited for. It never
   * rejects.
   */
  begin(): Promise<void> | undefined;
  /** Ends timers and connections of all. */
  close(): Promise<void>;
}

export interface PoolWatchesParts {
  readonly models: Readonly<Record<string, Model>>;
  readonly clock: Clock;
  readonly emit: (event: PoolEvent) => void;
}

/** Returns undefined if no pool has anything to watch. */
export function createPoolWatches({ models, clock, emit }: PoolWatchesParts): PoolWatches | undefined {
  const pools = Object.entries(models).filter(([, { pool }]) => pool?.watch !== undefined);
  if (pools.length === 0) return undefined;
  let watches: readonly PoolWatch[] | undefined;
  let waiting: Promise<void> | undefined;
  let isClosed = false;

  const watchOf = ([id, { name, pool }]: (typeof pools)[number]): PoolWatch[] => {
    const onNews = ({ kind, ready, draining, problem }: PoolNews): void => {
      if (isClosed) return;
      emit({
        type: `pool-${kind}`,
        model: id,
        pool: name,
        ready,
        draining,
        ...(problem !== undefined && { problem }),
      });
    };
    try {
      const watch = pool?.watch?.({ clock, onNews });
      return watch === undefined ? [] : [watch];
    } catch {
      onNews({ kind: "problem", ready: 0, draining: 0, problem: "it cannot be watched: watch() threw" });
      return [];
    }
  };

  return {
    begin() {
      if (watches !== undefined || isClosed) return waiting;
      watches = pools.flatMap(watchOf);
      const starting = watches.flatMap(({ ready }) => (ready === undefined ? [] : [ready]));
      if (starting.length === 0) return undefined;
      waiting = Promise.allSettled(starting).then(() => {
        waiting = undefined;
      });
      return waiting;
    },
    async close() {
      isClosed = true;
      await Promise.allSettled((watches ?? []).map(async (watch) => watch.close()));
    },
  };
}
