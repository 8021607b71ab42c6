/** Largest number of scores that are kept. */
export const sketchCapacity = 1_000;

interface Entry {
  readonly score: number;
  readonly tenant: string | undefined;
}

/** The last scores of a router, at most 1,000. The oldest makes room for the next, and a tenant's own oldest if it has its part. */
export interface ScoreSketch {
  readonly size: number;
  add(score: number, tenant: string | undefined): void;
  /** Scores in ascending order. Valid until the next `add`. */
  readonly ascending: readonly number[];
  /** Entries from the oldest to the newest. */
  entries(): readonly Entry[];
}

/** `maxOfTenant` is the largest number of scores of one tenant. Requests without a tenant are not bounded. */
export function createScoreSketch(maxOfTenant: number): ScoreSketch {
  // A map keeps the order of insertion, so its first key is the oldest.
  const kept = new Map<number, Entry>();
  const byTenant = new Map<string, number[]>();
  const ascending: number[] = [];
  let next = 0;

  const remove = (key: number) => {
    const { score, tenant } = kept.get(key) as Entry;
    kept.delete(key);
    ascending.splice(placeOf(ascending, score), 1);
    if (tenant === undefined) return;
    // Keys of a tenant ascend, and the oldest of all is the oldest of its tenant.
    const keys = byTenant.get(tenant) as number[];
    keys.shift();
    if (keys.length === 0) byTenant.delete(tenant);
  };

  return {
    get size() {
      return kept.size;
    },
    ascending,
    entries: () => [...kept.values()],
    add(score, tenant) {
      const own = tenant === undefined ? undefined : byTenant.get(tenant);
      if (own !== undefined && own.length >= maxOfTenant) remove(own[0] as number);
      else if (kept.size >= sketchCapacity) remove(kept.keys().next().value as number);
      kept.set(next, { score, tenant });
      ascending.splice(placeOf(ascending, score), 0, score);
      if (tenant !== undefined) {
        const keys = byTenant.get(tenant);
        if (keys === undefined) byTenant.set(tenant, [next]);
        else keys.push(next);
      }
      next += 1;
    },
  };
}

/** Returns the first position whose score is not below the given one. */
function placeOf(ascending: readonly number[], score: number): number {
  let low = 0;
  let high = ascending.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((ascending[middle] as number) < score) low = middle + 1;
    else high = middle;
  }
  return low;
}
