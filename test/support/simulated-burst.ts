import {
  type Capacity,
  capacityAfter,
  type OwnCalls,
  type Scrape,
  unknownCapacity,
} from "../../src/router/pools/load/capacity.ts";
import { type ExpectedWait, expectedWaitOf } from "../../src/router/pools/load/expected-wait.ts";
import { EngineCore, type EngineTicket } from "../../src/testing/fake-engine/engine-core.ts";

/** A burst on a simulated engine whose metrics are read each second. */
export interface SimulatedBurst {
  readonly engine: "vllm" | "llama.cpp";
  readonly slots: number;
  readonly stepMs: number;
  /** Requests that come at once, and the mean of further ones per second. */
  readonly burst: number;
  readonly perSecond: number;
  /** Output tokens of each request: called once a request. */
  readonly length: () => number;
  /** Answers before the burst, one after the other. */
  readonly warmUp: number;
  /** True if calls of this process are known to be all that there are. */
  readonly isAlone: boolean;
  /** A number in [0, 1), of a seeded generator. */
  readonly random: () => number;
}

export interface Probe {
  readonly expectedMs: number;
  readonly errorMs: number;
  readonly realMs: number;
}

const promptTokens = 40;
const prefillTokensPerSecond = 20_000;

/**
 * Returns expected and real waits of at most five requests that are sent while others wait, from the queue's second reading
 * on. All calls are those of this process.
 */
export function probesOf(burst: SimulatedBurst): readonly Probe[] {
  const { slots, stepMs, length, random } = burst;
  const core = new EngineCore({ prefillTokensPerSecond, stepMs, slots, kvTokens: 10_000_000 });
  const watch = watchCore(core, burst);
  const probes: Probe[] = [];
  let sent = 0;
  let probed = 0;
  const send = (atMs: number, onFirst?: (atMs: number) => void): void => {
    sent += 1;
    watch.sentAt.push(atMs);
    const tokens = length();
    const ticket = core.submit(
      {
        prompt: [{ hash: `p${sent}`, tokens: promptTokens }],
        answer: { hash: `a${sent}`, tokens },
        onEvent: ({ type, atMs: eventMs }) => {
          if (type === "first-token") onFirst?.(eventMs);
          if (type !== "finished") return;
          watch.ended.push(tokens);
          watch.endedAt.push(eventMs);
        },
      },
      atMs,
    );
    if (typeof ticket !== "string") watch.tickets.push(ticket);
  };
  const probe = (atMs: number): void => {
    core.advanceTo(atMs);
    const expected = core.waiting > 0 && probed < 5 ? watch.expected(sent, atMs) : undefined;
    if (expected === undefined) return;
    probed += 1;
    send(atMs, (firstMs) =>
      probes.push({
        expectedMs: expected.expectedWaitMs,
        errorMs: expected.waitErrorMs,
        realMs: firstMs - atMs,
      }),
    );
  };

  let now = 0;
  for (let one = 0; one < burst.warmUp; one += 1) {
    send(now);
    while (core.running > 0) {
      now += 250;
      if (one % 4 === 0) watch.scrape(sent, now);
      core.advanceTo(now);
    }
  }
  watch.scrape(sent, now);
  const start = now + 1_000 * random();
  const nextOf = (ms: number) => now + ms * (0.75 + random() / 2);
  const times = [
    ...Array.from({ length: burst.burst }, () => start + 50 * random()),
    ...Array.from({ length: Math.round(burst.perSecond * 30) }, () => start + 30_000 * random()),
  ].sort((one, other) => one - other);
  let next = { scrape: nextOf(1_000), probe: start + 2_000 };
  for (let at = 0; at < times.length || core.running > 0; ) {
    const arrival = times[at] ?? Number.POSITIVE_INFINITY;
    now = Math.min(arrival, next.scrape, next.probe);
    if (now === next.scrape) {
      watch.scrape(sent, now);
      next = { ...next, scrape: nextOf(1_000) };
    } else if (now === next.probe) {
      probe(now);
      next = { ...next, probe: nextOf(700) };
    } else {
      send(now);
      at += 1;
    }
  }
  return probes;
}

/** Reads an engine's metrics as a pool does, and keeps what the calls of this process tell. */
function watchCore(core: EngineCore, burst: SimulatedBurst) {
  const { engine } = burst;
  const ended: number[] = [];
  const endedAt: number[] = [];
  const sentAt: number[] = [];
  const tickets: EngineTicket[] = [];
  const own = (inFlight: number): OwnCalls => ({
    inFlight,
    sentAt: sentAt.slice(-64),
    endedAt: endedAt.slice(-64),
    ...ownOutputs(ended),
  });
  let capacity: Capacity = unknownCapacity;
  let last: (Scrape & { readonly sent: number; readonly ended: number }) | undefined;
  let readings = 0;
  return {
    ended,
    endedAt,
    sentAt,
    tickets,
    scrape(sent: number, atMs: number): void {
      core.advanceTo(atMs);
      const { running, waiting, steps, totals } = core;
      const finishedTokens = totals.answerTokens;
      const begun = tickets.reduce((sum, one) => sum + (one.state === "over" ? 0 : core.tokensOf(one)), 0);
      const counters =
        engine === "vllm" ? { finished: totals.finished, tokens: finishedTokens + begun } : { steps };
      const now = { read: { running, waiting, finishedTokens, ...counters, problems: [] }, atMs };
      capacity = capacityAfter(
        capacity,
        last,
        now,
        burst.isAlone ? own(running + waiting) : { ...own(0), sentAt: [], endedAt: [] },
      );
      last = { ...now, sent, ended: ended.length };
      readings = waiting > 0 ? readings + 1 : 0;
    },
    /** Returns the wait that is expected from the queue's second reading on. */
    expected(sent: number, nowMs: number): ExpectedWait | undefined {
      if (readings < 2 || last === undefined) return undefined;
      const { running, waiting } = last.read;
      const since = { sent: sent - last.sent, endedAt: endedAt.slice(last.ended) };
      return expectedWaitOf(capacity, { running, waiting, ...since, nowMs });
    },
  };
}

function ownOutputs(ended: readonly number[]): Pick<OwnCalls, "outputTokens" | "outputSpread"> {
  if (ended.length === 0) return {};
  const latest = ended.slice(-40);
  const mean = latest.reduce((sum, one) => sum + one, 0) / latest.length;
  const variance = latest.reduce((sum, one) => sum + (one - mean) ** 2, 0) / latest.length;
  return { outputTokens: mean, outputSpread: variance / mean ** 2 };
}
