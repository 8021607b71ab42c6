import type { GpuMeterState } from "../../contracts/index.ts";
import type { GpuMeasure } from "../../contracts/ports/index.ts";
import { highestOf, type Throughput } from "./throughput.ts";

/** The window: an hour of minutes. */
const minuteMs = 60_000;
export const minutesKept = 60;
/** Part of the highest throughput that is left after a minute with calls: half of it after a day of them. */
const keptOfPeak = 0.9995;
/** Part of the stated times that is left after another call that states one. */
const keptOfTimes = 0.99;
/** Least busy time of a minute, in milliseconds, from which its throughput counts. */
const leastBusyMs = 1_000;
/** Largest factor by which calls under way raise the tokens of a window. */
const mostUnderWay = 2;

interface Minute {
  /** Its number: the time at its start, divided by its length. */
  readonly number: number;
  tokens: number;
  /** Milliseconds in which calls were under way, and the sum of the times of these calls. */
  busyMs: number;
  callMs: number;
  /** Part of it of calls that have ended, whose tokens are known. */
  endedMs: number;
  /** Calls that ended. */
  calls: number;
}

/** A call that has ended on a machine. */
export interface GpuCall {
  readonly tookMs: number;
  /** Weighted tokens that it used, at least 0. */
  readonly tokens: number;
  /** See `Attempt`. */
  readonly engineMs?: number | undefined;
}

/** Measurements of one machine: plain data of at most 60 minutes. Times are those of the meter, in milliseconds. */
export interface Machine {
  readonly name: string;
  /** Start of its first call. */
  readonly since: number;
  /** Minutes of the window in which something happened, oldest first. */
  readonly minutes: Minute[];
  /** Highest throughput of minutes that have left the window. */
  peak: Throughput | undefined;
  underWay: number;
  /** Seconds that the engine has stated and the tokens of those calls, both fading. */
  engineSeconds: number;
  engineTokens: number;
  /** Time up to which it is measured. */
  seenAt: number;
}

export function createMachine(name: string, since: number): Machine {
  return {
    name,
    since,
    minutes: [],
    peak: undefined,
    underWay: 0,
    engineSeconds: 0,
    engineTokens: 0,
    seenAt: since,
  };
}

export function beginCall(machine: Machine, time: number): void {
  passTo(machine, time);
  machine.underWay += 1;
}

/** Ends a call. A long one has worked in all the minutes that it took. */
export function endCall(machine: Machine, time: number, { tookMs, tokens, engineMs }: GpuCall): void {
  passTo(machine, time);
  const { seenAt, since } = machine;
  machine.underWay = Math.max(0, machine.underWay - 1);
  const last = minuteOf(machine, Math.floor(seenAt / minuteMs));
  last.calls += 1;
  const used = Number.isFinite(tokens) ? Math.max(0, tokens) : 0;
  if (engineMs !== undefined) {
    machine.engineSeconds = machine.engineSeconds * keptOfTimes + engineMs / 1_000;
    machine.engineTokens = machine.engineTokens * keptOfTimes + used;
  }
  const took = tookMs > 0 ? Math.min(tookMs, seenAt - since) : 0;
  if (took === 0) last.tokens += used;
  else
    eachMinute(machine, seenAt - took, seenAt, (one, ms) => {
      one.tokens += (used * ms) / took;
      one.endedMs += ms;
    });
}

export function measureMachine(machine: Machine, time: number): GpuMeasure {
  passTo(machine, time);
  const { seenAt, since, minutes, peak, underWay: inFlight } = machine;
  let [tokens, calls, callMs, endedMs] = [0, 0, 0, 0];
  for (const one of minutes) {
    tokens += one.tokens;
    calls += one.calls;
    callMs += one.callMs;
    endedMs += one.endedMs;
  }
  // Calls that are under way have worked too. One that hangs for hours has not.
  const underWay = endedMs > 0 ? Math.min(mostUnderWay, Math.max(1, callMs / endedMs)) : 1;
  const closed = minutes.filter(({ number }) => (number + 1) * minuteMs <= seenAt);
  const highest = highestOf([...closed.flatMap(throughputOf), ...(peak === undefined ? [] : [peak])]);
  return {
    seconds: (seenAt - Math.max(since, oldestOf(machine) * minuteMs)) / 1_000,
    tokens: tokens * underWay,
    calls,
    inFlight,
    ...(machine.engineTokens > 0 && { tokensPerEngineSecond: machine.engineTokens / machine.engineSeconds }),
    ...(highest && { peakTokensPerSecond: highest.tokensPerSecond, peakCalls: highest.calls }),
  };
}

type Kept = GpuMeterState["machines"][number];

export function exportMachine(machine: Machine, time: number, wallOf: (time: number) => number): Kept {
  const { peakTokensPerSecond, peakCalls } = measureMachine(machine, time);
  return {
    machine: machine.name,
    since: wallOf(machine.since),
    ...(peakTokensPerSecond !== undefined && { peakTokensPerSecond, peakCalls }),
    minutes: machine.minutes.map(({ number, ...counts }) => ({ at: wallOf(number * minuteMs), ...counts })),
  };
}

/** Returns a machine as it was exported. Its minutes begin at other times than those of the process that measured them. */
export function restoreMachine(kept: Kept, time: number, timeOf: (wall: number) => number): Machine {
  const { machine: name, peakTokensPerSecond: tokensPerSecond, peakCalls: calls = 1 } = kept;
  const machine = createMachine(name, Math.min(time, timeOf(kept.since)));
  machine.seenAt = time;
  if (tokensPerSecond !== undefined) machine.peak = { tokensPerSecond, calls };
  const newest = Math.floor(time / minuteMs);
  for (const { at, tokens, busyMs, callMs, endedMs, calls: ended } of kept.minutes) {
    const number = Math.floor((timeOf(at) + minuteMs / 2) / minuteMs);
    if (number > newest || number < oldestOf(machine)) continue;
    const one = minuteOf(machine, number);
    one.tokens += tokens;
    one.busyMs = Math.min(minuteMs, one.busyMs + busyMs);
    one.callMs += callMs;
    one.endedMs += endedMs;
    one.calls += ended;
  }
  return machine;
}

/** Adds the time since the last look to the minutes in which it passed. */
function passTo(machine: Machine, time: number): void {
  if (!(time > machine.seenAt)) return;
  const { seenAt: from, underWay } = machine;
  machine.seenAt = time;
  dropOld(machine);
  if (underWay === 0) return;
  eachMinute(machine, from, time, (one, ms) => {
    one.busyMs += ms;
    one.callMs += ms * underWay;
  });
}

/** Drops minutes that have left the window, after they were taken into the highest throughput. */
function dropOld(machine: Machine): void {
  const { minutes } = machine;
  const oldest = oldestOf(machine);
  while (minutes[0] !== undefined && minutes[0].number < oldest) {
    const [found] = throughputOf(minutes[0]);
    minutes.shift();
    if (found === undefined) continue;
    const { peak } = machine;
    const before =
      peak === undefined ? [] : [{ ...peak, tokensPerSecond: peak.tokensPerSecond * keptOfPeak }];
    machine.peak = highestOf([found, ...before]);
  }
}

/** Calls `add` for each minute of a span as far as it is in the window, with its length in the minute. */
function eachMinute(
  machine: Machine,
  from: number,
  to: number,
  add: (one: Minute, ms: number) => void,
): void {
  for (let at = Math.max(from, oldestOf(machine) * minuteMs); at < to; ) {
    const number = Math.floor(at / minuteMs);
    const end = Math.min(to, (number + 1) * minuteMs);
    add(minuteOf(machine, number), end - at);
    at = end;
  }
}

/** Returns the minute with that number, which is in the window. */
function minuteOf({ minutes }: Machine, number: number): Minute {
  let at = minutes.length;
  while (at > 0 && (minutes[at - 1] as Minute).number > number) at -= 1;
  const found = minutes[at - 1];
  if (found?.number === number) return found;
  const fresh: Minute = { number, tokens: 0, busyMs: 0, callMs: 0, endedMs: 0, calls: 0 };
  minutes.splice(at, 0, fresh);
  return fresh;
}

function oldestOf({ seenAt }: Machine): number {
  return Math.floor(seenAt / minuteMs) - minutesKept + 1;
}

function throughputOf({ busyMs, callMs, tokens }: Minute): readonly Throughput[] {
  if (busyMs < leastBusyMs || !(tokens > 0)) return [];
  return [{ tokensPerSecond: tokens / (busyMs / 1_000), calls: Math.max(1, callMs / busyMs) }];
}
