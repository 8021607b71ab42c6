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
  /** Times at which requests began in it, in order. Absent: not known. */
  readonly at?: readonly number[] | undefined;
}

/** Most spans that are kept: the oldest become one. */
const mostSpans = 128;

/**
 * Returns the requests that run, the oldest first: those that ended are taken for the oldest, and of those that began in this
 * time the latest are still running.
 */
export function begunAfter(
  before: readonly Begun[],
  { running, ended = 0, fromMs, toMs, at = [] }: Seen,
): readonly Begun[] {
  const had = countOf(before);
  const left = dropOldest(before, Math.max(ended, 0));
  const fresh = running - countOf(left);
  if (fresh <= 0) return dropOldest(left, -fresh);
  if (at.length >= fresh)
    return bounded([
      ...left,
      ...at.slice(-Math.round(fresh)).map((ms) => ({ count: 1, fromMs: ms, toMs: ms })),
    ]);
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
  const more = begun.length - mostSpans;
  if (more <= 0) return begun;
  const oldest = begun.slice(0, more + 1);
  return [
    { count: countOf(oldest), fromMs: oldest[0]?.fromMs, toMs: oldest[more]?.toMs ?? 0 },
    ...begun.slice(more + 1),
  ];
}
