/** Pause of an endpoint after rate limits, and what speaks for and against it. Changed in place. */
export interface Pause {
  /** Time until which other models are called first. */
  until: number;
  /** Time until which the provider has asked for no call at all: last resorts wait for it, too. */
  askedUntil: number;
  /** Order of the call that started the pause which was asked for. */
  startedBy: number;
  /** Calls that began after that one and were answered. */
  answered: number;
  /** Calls that began after that one and met a rate limit as well. */
  limited: number;
  /** Share of the latest calls that met a rate limit, of which older ones count less. */
  limitedShare: number;
  calls: number;
  /** Present second on the monotonic clock, with what was answered and limited in it and in the one before. */
  second: number;
  answeredNow: number;
  limitedNow: number;
  answeredBefore: number;
  limitedBefore: number;
}

/** A call, by its beginning. */
export interface Begun {
  /** Time on the monotonic clock. */
  readonly begunAt: number;
  /** Number of the call, in order of beginning. */
  readonly order: number;
}

/** Longest pause that a Retry-After can set. */
const longestPauseMs = 600_000;
/** Number of latest calls that `limitedShare` follows. */
const memory = 32;
/** Share of rate limits from which an endpoint is paused although it does not ask for it. Fewer are chance. */
const leastShare = 0.2;
/**
 * Number of answered calls that disprove a pause, and how often it must exceed that of rate limits. Fewer
 * may just have overtaken the call that met the limit.
 */
const disproof = 16;
const disproofRatio = 8;
/** Number of calls answered within two seconds at which few rate limits do not speak for the whole endpoint. */
const busy = 32;

export function createPause(): Pause {
  const never = Number.NEGATIVE_INFINITY;
  return {
    until: never,
    askedUntil: never,
    startedBy: 0,
    answered: 0,
    limited: 0,
    limitedShare: 0,
    calls: 0,
    second: never,
    answeredNow: 0,
    limitedNow: 0,
    answeredBefore: 0,
    limitedBefore: 0,
  };
}

/** Milliseconds for which other models are called first; 0 if there is no pause. */
export function pauseMs({ until }: Pause, now: number): number {
  return Math.max(0, until - now);
}

/** Milliseconds for which the provider has asked for no call; 0 if it has not. */
export function askedMs({ askedUntil }: Pause, now: number): number {
  return Math.max(0, askedUntil - now);
}

/** Notes a call that was told to come back later, or that met a rate limit. Never shortens a pause. */
export function noteRefusal(
  pause: Pause,
  { order }: Begun,
  isLimited: boolean,
  asked: { readonly retryAfterMs: number | undefined; readonly coolDownMs: number },
  now: number,
): void {
  moveTo(pause, now);
  pause.limitedNow += 1;
  if (isLimited) noteShare(pause, 1);
  const { retryAfterMs } = asked;
  if (retryAfterMs === undefined) {
    if (pause.limitedShare >= leastShare) pause.until = Math.max(pause.until, now + asked.coolDownMs);
    return;
  }
  // A provider that answers hundreds of calls and refuses a few means these: a pause would be an outage of our own.
  const answered = pause.answeredNow + pause.answeredBefore;
  const limited = pause.limitedNow + pause.limitedBefore;
  if (answered >= Math.max(busy, disproofRatio * limited)) return;
  const until = now + Math.min(retryAfterMs, longestPauseMs);
  if (now >= pause.askedUntil) {
    pause.startedBy = order;
    pause.answered = 0;
    pause.limited = 0;
  } else if (order > pause.startedBy) pause.limited += 1;
  pause.askedUntil = Math.max(pause.askedUntil, until);
  pause.until = Math.max(pause.until, until);
}

/**
 * Notes an answered call. If the endpoint answers many of the calls that began after the one which was told
 * to wait, then not the whole endpoint is meant, and the pause ends: it would do more harm than the limit.
 */
export function noteAnswer(pause: Pause, { order }: Begun, now: number): void {
  moveTo(pause, now);
  pause.answeredNow += 1;
  noteShare(pause, 0);
  if (now >= pause.askedUntil || order <= pause.startedBy) return;
  pause.answered += 1;
  if (pause.answered < Math.max(disproof, disproofRatio * pause.limited)) return;
  pause.until = Number.NEGATIVE_INFINITY;
  pause.askedUntil = Number.NEGATIVE_INFINITY;
}

/** Restores a pause. Its clock may have been ahead: it ends no later than it could from now on. */
export function restorePause(pause: Pause, until: number, askedUntil: number, now: number): void {
  pause.until = Math.min(until, now + longestPauseMs);
  pause.askedUntil = Math.min(askedUntil, now + longestPauseMs);
  pause.startedBy = Number.POSITIVE_INFINITY;
}

function noteShare(pause: Pause, value: number): void {
  pause.calls = Math.min(pause.calls + 1, memory);
  pause.limitedShare += (value - pause.limitedShare) / pause.calls;
}

function moveTo(pause: Pause, now: number): void {
  const second = Math.floor(now / 1_000);
  if (second === pause.second) return;
  const isNext = second === pause.second + 1;
  pause.answeredBefore = isNext ? pause.answeredNow : 0;
  pause.limitedBefore = isNext ? pause.limitedNow : 0;
  pause.answeredNow = 0;
  pause.limitedNow = 0;
  pause.second = second;
}
