/** Requests that an engine began in a span of time, in milliseconds of a monotonic clock. Of no known begin: no `fromMs`. */
export interface Begun {
  readonly count: number;
  readonly fromMs?: number | undefined;
  readonly toMs: number;
}

/** Changes of the time up to `toMs`. */
interface Seen {
  /** Requests that run at its end. */
  readonly running: number;
  /** Requests that ended in it. */
  readonly ended?: number | undefined;
  /** Start of it. Absent: nothing is known of the time before. */
  readonly fromMs?: number | undefined;
  readonly toMs: number;
}

/** Most spans that are kept: the oldest become one. */
const mostSpans = 128;

/**
 * Returns the requests that run, the oldest first: those that ended are taken for the oldest, and of those that began in this
 * time the latest are still running.
 */
export function begunAfter(
  before: readonly Begun[],
  { running, ended = 0, fromMs, toMs }: Seen,
): readonly Begun[] {
  const had = countOf(before);
  const left = dropOldest(before, Math.max(ended, 0));
  const fresh = running - countOf(left);
  if (fresh <= 0) return dropOldest(left, -fresh);
  const starts = Math.max(fresh, ended + running - had);
  const since = fromMs === undefined ? undefined : toMs - ((toMs - fromMs) * fresh) / starts;
  return bounded([...left, { count: fresh, fromMs: since, toMs }]);
}

/** Returns the time at which the request with that place among those that run has ended, if each takes `serviceMs`. */
export function endOf(begun: readonly Begun[], place: number, serviceMs: number): number | undefined {
  let before = 0;
  for (const { count, toMs, fromMs = toMs - serviceMs } of begun) {
    if (place < before + count)
      return fromMs + ((place - before + 0.5) / count) * (toMs - fromMs) + serviceMs;
    before += count;
  }
  return undefined;
}

function countOf(begun: readonly Begun[]): number {
  return begun.reduce((sum, { count }) => sum + count, 0);
}

function dropOldest(begun: readonly Begun[], count: number): readonly Begun[] {
  let toDrop = count;
  return begun.flatMap((one) => {
    const dropped = Math.min(one.count, toDrop);
    toDrop -= dropped;
    const left = one.count - dropped;
    if (left <= 1e-9) return [];
    if (dropped === 0) return [one];
    const { fromMs, toMs } = one;
    const since = fromMs === undefined ? undefined : fromMs + ((toMs - fromMs) * dropped) / one.count;
    return [{ count: left, fromMs: since, toMs }];
  });
}

function bounded(begun: readonly Begun[]): readonly Begun[] {
  const [first, second, ...rest] = begun;
  if (begun.length <= mostSpans || first === undefined || second === undefined) return begun;
  return [{ count: first.count + second.count, fromMs: first.fromMs, toMs: second.toMs }, ...rest];
}
