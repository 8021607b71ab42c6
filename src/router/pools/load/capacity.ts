import { type Begun, begunAfter } from "./begun.ts";
import type { ReadLoad } from "./read-load.ts";

/** A scrape, and its time on a monotonic clock in milliseconds. */
export interface Scrape {
  readonly read: ReadLoad;
  readonly atMs: number;
}

/** Work of an engine in some time. What it does not count is 0. */
interface Work {
  /** Milliseconds, and those of all running requests together. */
  readonly ms: number;
  readonly slotMs: number;
  readonly finished: number;
  readonly finishedTokens: number;
  /** Output tokens of all requests, running ones among them. */
  readonly tokens: number;
  /** Steps, each of which gives every running request a token. */
  readonly steps: number;
}

/** Capacity of an engine, learnt from its scrapes. */
export interface Capacity {
  /** Requests that it answers at a time: those that ran when others had to wait. */
  readonly slots?: number | undefined;
  /** Mean time that it works on a request, from its turn to its end, in milliseconds. */
  readonly serviceMs?: number | undefined;
  /** True if that was measured while requests waited. Before, it may be too little: fewer shared the engine. */
  readonly isBusy?: boolean | undefined;
  /** Tokens since the last scrape, or else requests that ended, as a share of those while requests waited, in [0, 1]. */
  readonly use?: number | undefined;
  /** Variance of outputs as a share of the square of their mean, in [0, 1]. */
  readonly spread: number;
  /** Requests that run now, by the times at which they began. */
  readonly begun: readonly Begun[];
  /** Prompt tokens per second of work on a prompt. */
  readonly promptTokensPerSecond?: number | undefined;
  /** Work while requests waited, and while none did, fading. */
  readonly busy: Work;
  readonly free: Work;
  /** Ended requests and their tokens, fading slowly: what an output is long. */
  readonly lengths: Pick<Work, "finished" | "finishedTokens" | "tokens">;
}

/** Spread of outputs of which nothing is known. */
const usualSpread = 0.5;
const noWork: Work = { ms: 0, slotMs: 0, finished: 0, finishedTokens: 0, tokens: 0, steps: 0 };
export const unknownCapacity: Capacity = {
  spread: usualSpread,
  begun: [],
  busy: noWork,
  free: noWork,
  lengths: { finished: 0, finishedTokens: 0, tokens: 0 },
};

/** Calls of this process to the engine. */
export interface OwnCalls {
  readonly inFlight: number;
  /** Times on the monotonic clock at which the latest were sent, and ended. */
  readonly sentAt: readonly number[];
  readonly endedAt: readonly number[];
  /** Mean length of their outputs in tokens. Absent: none has ended. */
  readonly outputTokens?: number | undefined;
  /** Variance of the lengths as a share of the square of their mean: 0 if all are alike, 1 if they vary much. */
  readonly outputSpread?: number | undefined;
}

export const noCalls: OwnCalls = { inFlight: 0, sentAt: [], endedAt: [] };

/** Time over which a rate fades: twice that of a request, within these bounds, in milliseconds. */
const leastFadeMs = 2_000;
const mostFadeMs = 60_000;
/** Requests over which the length of outputs fades. */
const fadeRequests = 50;
/** Tokens in a second that are believed, of all GPUs behind one address: some thousand times as many as one makes. */
const mostPerSecond = 1e7;

/**
 * Returns what is known after a scrape. A counter that went back has begun again. The time of a request on the engine is made of
 * what the engine counts, never of the times of calls, which hold their wait: steps or output tokens per second and
 * the mean length of an output, else the requests that ended per second. An engine that counts no
 * ended requests has the length of outputs from own calls.
 */
export function capacityAfter(
  before: Capacity,
  last: Scrape | undefined,
  now: Scrape,
  own: OwnCalls = noCalls,
): Capacity {
  const { running = 0, waiting = 0 } = now.read;
  const known = {
    ...before,
    spread: Math.min(1, own.outputSpread ?? usualSpread),
    slots: waiting > 0 && running > 0 ? slotsAfter(before.slots, running) : before.slots,
    promptTokensPerSecond: promptSpeed(now.read) ?? before.promptTokensPerSecond,
    use: undefined,
  };
  const work = workBetween(last, now);
  if (last === undefined || work === undefined)
    return { ...known, lengths: lifetimeOf(now.read), begun: begunAfter([], { running, toMs: now.atMs }) };
  const seen = eventsOf(last, now, own);
  const ended = seen?.ended ?? endedOf(now.read, work, own.outputTokens);
  const lengths = fadedLengths(before.lengths, work, ended);
  const each = lengthOf(lengths, own, known.spread);
  // Between two scrapes with a queue the engine had as much to do as it can.
  const wasBusy = waiting > 0 && (last.read.waiting ?? 0) > 0;
  const wasUsed = running > 0 && (last.read.running ?? 0) > 0;
  const fadeMs = Math.min(mostFadeMs, Math.max(leastFadeMs, 2 * (before.serviceMs ?? mostFadeMs)));
  const kept = Math.exp(-work.ms / fadeMs);
  const busy = wasBusy ? faded(before.busy, work, kept) : before.busy;
  const free = wasUsed && !wasBusy ? faded(before.free, work, kept) : before.free;
  const busyMs = serviceOf(busy, each);
  return {
    ...known,
    lengths,
    busy,
    free,
    serviceMs: busyMs ?? serviceOf(free, each),
    isBusy: busyMs !== undefined,
    use: wasBusy ? 1 : (tokenUse(work, busy) ?? useOf(work, ended, busyMs, known.slots)),
    begun: begunAfter(before.begun, { running, ended, fromMs: last.atMs, toMs: now.atMs, at: seen?.began }),
  };
}

/**
 * Returns what own calls tell of the time between two scrapes, where all that the engine does is theirs: each end lets one that
 * waits begin, and without a queue those that are sent begin at once.
 */
function eventsOf(
  last: Scrape,
  { read: { running = 0, waiting = 0 }, atMs }: Scrape,
  { inFlight, sentAt, endedAt }: OwnCalls,
): { readonly ended: number; readonly began: readonly number[] } | undefined {
  if (inFlight === 0 || inFlight !== running + waiting) return undefined;
  const within = (times: readonly number[]) => times.filter((ms) => ms > last.atMs && ms <= atMs);
  const [sent, ended] = [within(sentAt), within(endedAt)];
  const free = waiting > 0 ? Math.max(0, running - (last.read.running ?? 0)) : sent.length;
  const atOnce = (last.read.waiting ?? 0) > 0 ? [] : sent.slice(0, free);
  return {
    ended: ended.length,
    began: [...atOnce, ...(waiting > 0 || (last.read.waiting ?? 0) > 0 ? ended : [])].sort(
      (one, other) => one - other,
    ),
  };
}

/** A gauge may be read while an engine is still filling its slots: fewer are believed step by step. */
function slotsAfter(before: number | undefined, running: number): number {
  return before === undefined ? running : Math.max(running, Math.floor(before - (before - running) / 4));
}

/** Tokens come evenly, while requests end by chance: from one scrape to the next they say more. */
function tokenUse(work: Work, busy: Work): number | undefined {
  if (!(busy.tokens > 0 && busy.ms > 0)) return undefined;
  return Math.min(1, work.tokens / work.ms / (busy.tokens / busy.ms));
}

function useOf(
  { ms, finished, finishedTokens }: Work,
  ended: number,
  busyMs: number | undefined,
  slots: number | undefined,
): number | undefined {
  if (busyMs === undefined || slots === undefined) return undefined;
  // Tokens of requests whose number is not known.
  if (ended === 0 && finished === 0 && finishedTokens > 0) return undefined;
  return Math.min(1, ((ended / ms) * busyMs) / slots);
}

/** Returns the number of requests that ended, by their tokens where the engine does not count them. */
function endedOf({ finished }: ReadLoad, work: Work, outputTokens: number | undefined): number {
  if (finished !== undefined) return work.finished;
  return outputTokens === undefined ? 0 : work.finishedTokens / outputTokens;
}

/** Returns the mean time on the engine; undefined if nothing that tells it was counted. */
function serviceOf(work: Work, each: number | undefined): number | undefined {
  const { ms, slotMs, finished, finishedTokens, tokens, steps } = work;
  // The step that ends a prompt gives the first token.
  if (each !== undefined && steps > 0) return (each * ms) / steps;
  if (each !== undefined && tokens > 0) return (each * slotMs) / tokens;
  if (finished > 0) return slotMs / finished;
  return each !== undefined && finishedTokens > 0 ? (each * slotMs) / finishedTokens : undefined;
}

function workBetween(last: Scrape | undefined, now: Scrape): Work | undefined {
  if (last === undefined || !(now.atMs > last.atMs)) return undefined;
  const ms = now.atMs - last.atMs;
  const since = (name: "finished" | "finishedTokens" | "tokens" | "steps"): number => {
    const [before, after] = [last.read[name], now.read[name]];
    return before === undefined || after === undefined ? 0 : after - before;
  };
  const running = ((last.read.running ?? 0) + (now.read.running ?? 0)) / 2;
  const work = {
    ms,
    slotMs: running * ms,
    finished: since("finished"),
    finishedTokens: since("finishedTokens"),
    tokens: since("tokens") || since("steps") * running,
    steps: since("steps"),
  };
  // Counters that fall are of an engine that began again; what no engine can do would count for hours.
  const most = mostPerSecond * Math.max(1, ms / 1_000);
  const { ms: _ms, slotMs: _slotMs, ...counts } = work;
  return Object.values(counts).some((one) => one < 0 || one > most) ? undefined : work;
}

function faded(before: Work, now: Work, kept: number): Work {
  const sum = (name: keyof Work) => before[name] * kept + now[name];
  return {
    ms: sum("ms"),
    slotMs: sum("slotMs"),
    finished: sum("finished"),
    finishedTokens: sum("finishedTokens"),
    tokens: sum("tokens"),
    steps: sum("steps"),
  };
}

function fadedLengths(before: Capacity["lengths"], now: Work, ended: number): Capacity["lengths"] {
  const kept = Math.exp(-ended / fadeRequests);
  return {
    finished: before.finished * kept + now.finished,
    finishedTokens: before.finishedTokens * kept + now.finishedTokens,
    tokens: before.tokens * kept + now.tokens,
  };
}

/** Returns the outputs since the engine started, with the weight of a few: they may be of other traffic. */
function lifetimeOf({ finished = 0, finishedTokens = 0 }: ReadLoad): Capacity["lengths"] {
  const share = finished > 0 ? Math.min(1, fadeRequests / finished) : 0;
  const tokens = finishedTokens * share;
  return { finished: finished * share, finishedTokens: tokens, tokens };
}

/**
 * Returns the mean length of an output. Those that have ended are the shorter ones where lengths vary: then it is nearer to all
 * tokens, those of running requests among them, for each that ended.
 */
function lengthOf(
  { finished, finishedTokens, tokens }: Capacity["lengths"],
  { outputTokens }: OwnCalls,
  spread: number,
): number | undefined {
  const ended = finished > 0 && finishedTokens > 0 ? finishedTokens / finished : outputTokens;
  if (ended === undefined || !(finishedTokens > 0)) return ended;
  return ended * (1 + spread * Math.max(0, tokens / finishedTokens - 1));
}

/** Returns the speed at which the engine reads prompts; undefined if it has read none. */
function promptSpeed({ promptTokens, promptSeconds }: ReadLoad): number | undefined {
  if (promptTokens === undefined || promptSeconds === undefined) return undefined;
  return promptTokens > 0 && promptSeconds > 0 ? promptTokens / promptSeconds : undefined;
}
