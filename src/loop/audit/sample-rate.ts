/** Probability with which the next request is audited. It depends on earlier requests only. */
export interface SampleRate {
  /**
   * Returns the probability, in [0, 1]. `affordable`: number of audits that a whole day's money pays for, by their mean
   * cost so far; undefined if none is known. `day`: start of the day.
   */
  probability(day: number, affordable: number | undefined): number;
  /** Counts a request that could have been audited, and whether it was drawn. */
  seen(now: number, drawn: boolean): void;
  /** Requests a day, as the past shows. */
  requestsPerDay(): number;
}

export interface SampleRateOptions {
  /** Probability where nothing bounds it, in (0, 1]. Absent: as `perDay` needs. */
  readonly rate?: number | undefined;
  /** The most audits a day. */
  readonly perDay?: number | undefined;
}

const dayMs = 86_400_000;
/** Time after which earlier traffic counts half. */
const halfLifeMs = dayMs / 4;
/** Time that is added to what was seen: one request in its first second says little about a day. */
const priorMs = 600_000;
/** Days of which the number drawn is remembered. */
const mostDays = 8;
/** Smallest probability that a record may state. */
const least = 1e-6;

export function createSampleRate({ rate, perDay }: SampleRateOptions): SampleRate {
  let count = 0;
  let elapsedMs = 0;
  let last: number | undefined;
  let today = Number.NEGATIVE_INFINITY;
  let drawnToday = 0;
  /** Number drawn on the last days. */
  const drawnOn = new Map<number, number>();
  const requestsPerDay = () => (dayMs * (count + 1)) / (elapsedMs + priorMs);
  return {
    probability(day, affordable) {
      if (day !== today) {
        // A clock that is set back grants nothing more on the day to which it goes back.
        const known = drawnOn.get(day) ?? 0;
        drawnToday = day > today ? known : Math.max(known, drawnToday);
        today = day;
      }
      if (perDay !== undefined && drawnToday >= perDay) return 0;
      const most = Math.min(perDay ?? Number.POSITIVE_INFINITY, affordable ?? Number.POSITIVE_INFINITY);
      const share = Math.min(rate ?? 1, most / requestsPerDay(), 1);
      return Math.max(least, share);
    },
    seen(now, drawn) {
      // A clock that goes back says nothing about the time between two requests.
      const passed = last === undefined ? 0 : Math.max(0, now - last);
      last = now;
      const kept = 2 ** (-passed / halfLifeMs);
      count = count * kept + 1;
      elapsedMs = Math.min(dayMs, elapsedMs * kept + passed);
      if (!drawn) return;
      drawnToday += 1;
      drawnOn.delete(today);
      if (drawnOn.size >= mostDays) drawnOn.delete(drawnOn.keys().next().value as number);
      drawnOn.set(today, drawnToday);
    },
    requestsPerDay,
  };
}
