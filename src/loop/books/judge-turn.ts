import type { RolloutStore } from "./own-table.ts";

export interface JudgeTurnOptions {
  readonly store: RolloutStore;
  /** Milliseconds that no correction moves. */
  readonly monotonic: () => number;
  /** Period of judgements in milliseconds. */
  readonly judgeMs: number;
  /** Name of this process in the store. */
  readonly name: () => string;
}

/** Turns in which the processes of a fleet judge, one a period. */
export interface JudgeTurn {
  /** True if it is this process's turn. False also if the store does not answer. */
  take(): Promise<boolean>;
}

/** Periods without a judgement of any process after which the turn is taken from its holder. */
const mostPeriods = 4;

/**
 * A turn is an entry that ends by itself. One that does not, since someone else has written it, or since the store keeps what
 * is over, would stop all judgements for good, and with them rollbacks: so it is taken from its holder once no process has written a
 * judgement for some periods. Two judgements at a time do no harm: each moves only the record that it was about.
 */
export function judgeTurn({ store, monotonic, judgeMs, name }: JudgeTurnOptions): JudgeTurn {
  const ttlMs = Math.max(1, Math.floor(judgeMs * 0.9));
  /** Version of the last judgement that was seen, and when another one than before was. */
  let seen: string | undefined;
  let changedAt = monotonic();

  const put = async (expect: string): Promise<boolean> => {
    const done = await store.put([{ key: store.key("judge"), value: name(), expect, ttlMs }]);
    return done !== undefined && !("conflict" in done);
  };

  return {
    async take() {
      if (await put("none")) {
        changedAt = monotonic();
        return true;
      }
      if (monotonic() - changedAt < mostPeriods * judgeMs) return false;
      const found = await store.get(["kept"]);
      if (found === undefined) return false;
      const version = found[0]?.version;
      const isOther = version !== seen;
      seen = version;
      changedAt = monotonic();
      // Another process judges: it is asked again after as long a time.
      if (isOther && version !== undefined) return false;
      return put("any");
    },
  };
}
