import type { Load } from "../../../contracts/index.ts";
import type { ServerAnswer, ServerAskOptions } from "../../../contracts/server-access.ts";
import { boundedGet } from "../../../plugin/http/bounded-get.ts";
import type { OptionTable } from "../../../plugin/options/option-table.ts";
import { readOption, readOptions } from "../../../plugin/options/read-options.ts";
import {
  type Capacity,
  capacityAfter,
  noCalls,
  type OwnCalls,
  type Scrape,
  unknownCapacity,
} from "./capacity.ts";
import { expectedWaitOf } from "./expected-wait.ts";
import { type MetricNames, metricNames } from "./metric-names.ts";
import { withOwnCalls } from "./own-calls.ts";
import { readLoad } from "./read-load.ts";

export interface WatchLoadOptions {
  /** Address of the metrics: `http://host:8000/metrics`. */
  readonly url: string;
  readonly names: MetricNames;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly fetch?: typeof fetch | undefined;
  /** Asks for the metrics in place of a GET of `url`; must not reject before the signal fires. Default: that GET. */
  readonly ask?: ((options: ServerAskOptions) => Promise<ServerAnswer>) | undefined;
  /** Called when `lasting()` has changed. */
  readonly onLasting?: (() => void) | undefined;
  /** Time between two scrapes, in milliseconds. Varies by a quarter. A function is asked each time. Default 1,000. */
  readonly everyMs?: number | (() => number) | undefined;
  /** Age from which a load counts as not known, in milliseconds. Default: five times `everyMs`. */
  readonly staleAfterMs?: number | (() => number) | undefined;
  /** Longest time of one scrape, in milliseconds. Default 1,000. */
  readonly timeoutMs?: number | undefined;
  /** Largest text, in bytes. Default 4 MiB. */
  readonly maxBytes?: number | undefined;
  /** Returns the calls of this process at the endpoint. Default: none. */
  readonly calls?: (() => OwnCalls) | undefined;
  /** Milliseconds that never go back. Default: `performance.now`. */
  readonly monotonic?: (() => number) | undefined;
}

type Open = "headers" | "fetch" | "staleAfterMs" | "ask" | "onLasting";

export const watchLoadOptions: OptionTable<WatchLoadOptions, Open> = {
  url: { is: "text" },
  names: { is: "table", of: metricNames },
  headers: { is: "record", of: { is: "text", empty: true, secret: true }, optional: true },
  fetch: { is: "function", optional: true },
  ask: { is: "function", optional: true },
  onLasting: { is: "function", optional: true },
  everyMs: {
    is: "checked",
    check: (option: string, value: number | (() => number)) => checkTime(option, value, 86_400_000),
    default: 1_000,
    expected: "a number in [1, 86400000], or a function that returns one",
  },
  staleAfterMs: {
    is: "checked",
    check: checkTime,
    optional: true,
    expected: "a number of at least 1, or a function that returns one",
  },
  timeoutMs: { is: "duration", max: 86_400_000, default: 1_000 },
  maxBytes: { is: "number", min: 1, default: 4 * 2 ** 20 },
  calls: { is: "function", default: () => noCalls },
  monotonic: { is: "function", default: () => performance.now() },
};

/** Work that an engine can do, as far as its scrapes say so. */
export interface KnownCapacity {
  /** Requests that it answers at a time. */
  readonly slots?: number | undefined;
  /** Tokens per second, or else requests that end, as a share of those while requests wait, in [0, 1]. */
  readonly use?: number | undefined;
}

/** Load of one endpoint, kept up to date apart from the requests. */
export interface LoadWatch {
  /** Returns the load with this process's own calls since it was measured. Undefined: not known, or too old. */
  load(): Load | undefined;
  /** Returns what the last scrapes say about its capacity, however old they are. */
  capacity(): KnownCapacity;
  /** Problems of the last scrape, in our words; empty if there was none. */
  problems(): readonly string[];
  /**
   * Problems that three scrapes in a row had, as they were worded first, until a scrape has none, or three in a row have others: one
   * miss says little of a busy server, and numbers that change in them do not make another problem.
   */
  lasting(): readonly string[];
  /** True if the engine has answered before, and not for as long as a load counts. */
  isSilent(): boolean;
  /** Ends the scrapes, and waits for the one under way. */
  close(): Promise<void>;
}

interface Measured extends Scrape {
  readonly inFlight: number;
  readonly capacity: Capacity;
}

/** Scrapes in a row with problems from which these last. */
const mostMisses = 3;

/** Scrapes an engine's metrics at once and then again and again, by timers that keep no process alive. Never throws later. */
export function watchLoad(options: WatchLoadOptions): LoadWatch {
  const read = readOptions("watchLoad", watchLoadOptions, options);
  const { url, names, headers, fetch, everyMs, timeoutMs, maxBytes, calls, monotonic, onLasting } = read;
  const bounds = { fetch, headers, timeoutMs, maxBytes };
  const { ask = ({ signal }: ServerAskOptions) => boundedGet(url, { ...bounds, signal }) } = read;
  const { staleAfterMs = () => 5 * now(everyMs) } = read;
  const closed = new AbortController();
  let timer: ReturnType<typeof setTimeout> | undefined;
  let measured: Measured | undefined;
  let problems: readonly string[] = ["not scraped yet"];
  let lasting: readonly string[] = [];
  let misses = 0;
  let answeredAt: number | undefined;

  const note = (found: readonly string[]): void => {
    // Once one kind is told, another one has to last as long.
    const goesOn = found.length > 0 && (lasting.length === 0 || isSameKind(problems, found));
    misses = found.length === 0 ? 0 : goesOn ? misses + 1 : 1;
    problems = found;
    if (misses === 0 ? lasting.length === 0 : misses < mostMisses || isSameKind(lasting, found)) return;
    lasting = found;
    onLasting?.();
  };
  const scrape = async (): Promise<void> => {
    const answer = await ask({ ...bounds, signal: closed.signal });
    if (answer.status !== undefined) answeredAt = monotonic();
    if (answer.problem !== undefined) {
      note([`metrics: ${answer.problem}${adviceFor(answer)}`]);
      return;
    }
    // Engines answer as soon as they have looked.
    const atMs = monotonic();
    const own = calls();
    const { inFlight } = own;
    const found = readLoad(answer.text, names);
    note(found.problems);
    const now = { read: found, atMs };
    const capacity = capacityAfter(measured?.capacity ?? unknownCapacity, measured, now, own);
    measured = { ...now, inFlight, capacity };
  };
  const run = (): Promise<void> =>
    scrape()
      .catch(() => {
        if (!closed.signal.aborted) note(["metrics: asking for them has thrown"]);
      })
      .finally(() => {
        if (closed.signal.aborted) return;
        // Chance of its own: the router's decides requests.
        timer = setTimeout(
          () => {
            running = run();
          },
          now(everyMs) * (0.75 + Math.random() / 2),
        );
        // Outside Node a timer is a number.
        (timer as { unref?: () => void }).unref?.();
      });
  let running = run();

  return {
    load: () => {
      if (measured === undefined) return undefined;
      const ageMs = Math.max(0, monotonic() - measured.atMs);
      return ageMs > now(staleAfterMs) ? undefined : loadOf(measured, ageMs, calls());
    },
    capacity: () => (measured === undefined ? {} : knownOf(measured)),
    problems: () => problems,
    lasting: () => lasting,
    isSilent: () => answeredAt !== undefined && monotonic() - answeredAt > now(staleAfterMs),
    async close() {
      clearTimeout(timer);
      closed.abort();
      await running;
    },
  };
}

/** Returns what may be done about an answer without metrics. */
function adviceFor({ status, problem = "" }: ServerAnswer): string {
  if (status === 401 || status === 403) return ": is the key of the member right?";
  if (status === 404 || status === 405 || status === 501)
    return ": does the server offer metrics (llama.cpp needs --metrics), and is load.path right?";
  if (problem.startsWith("the answer has more")) return " (option load.maxBytes)";
  return problem.startsWith("no answer within") ? " (option load.timeoutMs)" : "";
}

/** True for problems that differ in numbers alone. */
function isSameKind(one: readonly string[], other: readonly string[]): boolean {
  const kindOf = (problems: readonly string[]): string => problems.join("\n").replace(/\d+/g, "#");
  return kindOf(one) === kindOf(other);
}

function checkTime<Time extends number | (() => number)>(option: string, value: Time, max?: number): Time {
  readOption({ is: "number", min: 1, max }, option, now(value));
  return value;
}

function now(value: number | (() => number)): number {
  return typeof value === "function" ? value() : value;
}

function knownOf({ capacity: { slots, use } }: Measured): KnownCapacity {
  return { slots, ...(use !== undefined && { use }) };
}

function loadOf({ read, atMs, inFlight, capacity }: Measured, ageMs: number, calls: OwnCalls): Load {
  const { running, waiting, kvUsage } = read;
  const { promptTokensPerSecond } = capacity;
  const known = {
    ageMs,
    ...(running !== undefined && { running }),
    ...(waiting !== undefined && { waiting }),
    ...(kvUsage !== undefined && { kvUsage }),
    ...(promptTokensPerSecond !== undefined && { promptTokensPerSecond }),
  };
  const endedAt = calls.endedAt.filter((ms) => ms > atMs);
  const sent = calls.inFlight - inFlight + endedAt.length;
  return {
    ...withOwnCalls(known, inFlight, calls.inFlight, capacity.slots),
    ...expectedWaitOf(capacity, { running, waiting, sent, endedAt, nowMs: atMs + ageMs }),
  };
}
