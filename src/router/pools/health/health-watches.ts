import type { ServerAnswer } from "../../../contracts/server-access.ts";
import type { Endpoint } from "../members/endpoint.ts";
import { type PoolHealth, type ProbedPath, probedPathOf } from "./health-options.ts";
import { MemberLife, type Verdict } from "./member-life.ts";

/** Shortest time between two probes of one pool: at most a hundred in a second. */
const betweenMs = 10;
/** Shortest time between two probes of one endpoint. */
const betweenOwnMs = 25;
/** Most probes of one pool in a second that are due by time alone: with many members each is probed less often. */
const mostPerSecond = 50;
/** Times `everyMs` without a call after which a pool is not probed until the next one. */
const idleAfter = 10;
/** Largest answer to a probe that is read, in bytes. */
const maxBytes = 16_384;

/** Probes of the members of one pool. */
export interface HealthWatches {
  start(endpoints: Iterable<Endpoint>): void;
  stop(endpoints: Iterable<Endpoint>): void;
  /** Returns what is wrong with each endpoint, with its key. */
  problems(): readonly string[];
  close(): Promise<void>;
}

interface Probed {
  readonly endpoint: Endpoint;
  readonly path: ProbedPath;
  readonly life: MemberLife;
  begunAt: number;
  isPending: boolean;
  told: Verdict;
}

/**
 * Probes endpoints by timers that keep no process alive: those that a call has put in doubt soon after it, those of which nothing was
 * heard for a while in turn. `onChange` is called when an endpoint goes out, or is back. `now`: milliseconds on a monotonic clock.
 */
export function createHealthWatches(
  options: PoolHealth,
  now: () => number,
  onChange: () => void,
): HealthWatches {
  const { everyMs, timeoutMs, outAfter } = options;
  const open = new Map<string, Probed>();
  const due = new Set<Probed>();
  const running = new Set<Promise<void>>();
  let closing = new AbortController();
  let next: ReturnType<typeof setTimeout> | undefined;
  let turns: ReturnType<typeof setTimeout> | undefined;

  const pacedMs = (): number => Math.max(everyMs, (open.size / mostPerSecond) * 1_000);
  const soon = (): void => {
    if (next === undefined && due.size > 0) next = unheld(setTimeout(pump, betweenMs));
  };
  const isDue = ({ life }: Probed): boolean =>
    life.verdict !== "ready" || life.isInDoubt || now() - life.provenAt >= everyMs;
  /** Sends the first probe that may be sent now. */
  const pump = (): void => {
    next = undefined;
    for (const one of due) {
      if (one.isPending || !isDue(one)) due.delete(one);
      else if (now() - one.begunAt >= betweenOwnMs) {
        due.delete(one);
        track(probe(one));
        break;
      }
    }
    soon();
  };
  const probe = async (one: Probed): Promise<void> => {
    const { endpoint, path, life } = one;
    const begunAt = now();
    one.begunAt = begunAt;
    one.isPending = true;
    let answer: ServerAnswer;
    try {
      const { signal } = closing;
      answer = (await endpoint.model.server?.ask(path.path, { timeoutMs, maxBytes, signal })) ?? {
        problem: "it has no server",
      };
    } catch {
      // The watch has ended.
      return;
    } finally {
      one.isPending = false;
    }
    life.probed(begunAt, now(), answer, path.loads503);
    tell(one);
    // A call may have come while the probe was under way, which shows nothing of it.
    if (life.isInDoubt && life.verdict === "ready" && open.get(endpoint.key) === one) due.add(one);
    soon();
  };
  const tell = (one: Probed): void => {
    const { verdict } = one.life;
    if (verdict === one.told) return;
    one.told = verdict;
    onChange();
  };
  const track = (work: Promise<void>): void => {
    const ended = work.finally(() => running.delete(ended));
    running.add(ended);
  };
  const turn = (): void => {
    // Chance of its own: the router's decides requests.
    turns = unheld(setTimeout(turn, pacedMs() * (0.75 + Math.random() / 2)));
    const lastSentAt = Math.max(...[...open.values()].map(({ life }) => life.lastSentAt));
    if (now() - lastSentAt > idleAfter * pacedMs()) return;
    for (const one of open.values()) {
      // What calls have shown meanwhile.
      tell(one);
      due.add(one);
    }
    soon();
  };
  const end = (key: string): void => {
    const one = open.get(key);
    if (one === undefined) return;
    open.delete(key);
    due.delete(one);
    if (one.endpoint.calls.life === one.life) one.endpoint.calls.life = undefined;
  };

  return {
    start(endpoints) {
      for (const endpoint of endpoints) {
        const path = open.has(endpoint.key) ? undefined : probedPathOf(endpoint.model, options);
        if (path === undefined) continue;
        const onDoubt = (): void => {
          if (life.verdict !== "ready") return;
          due.add(one);
          soon();
        };
        const life: MemberLife = new MemberLife(outAfter, onDoubt);
        const begunAt = Number.NEGATIVE_INFINITY;
        const one: Probed = { endpoint, path, life, begunAt, isPending: false, told: "ready" };
        endpoint.calls.life = life;
        open.set(endpoint.key, one);
        due.add(one);
      }
      if (turns === undefined && open.size > 0) turns = unheld(setTimeout(turn, pacedMs()));
      soon();
    },
    stop(endpoints) {
      for (const { key } of endpoints) end(key);
    },
    problems: () =>
      [...open].flatMap(([key, { life, path }]) => {
        const { problem, verdict } = life;
        if (problem === undefined || verdict === "late") return [];
        const what =
          verdict === "out" ? "it is out, and gets calls where no other member is left" : otherPath;
        return [`${key}: GET ${path.path}: ${problem}; ${what}`];
      }),
    async close() {
      clearTimeout(next);
      clearTimeout(turns);
      next = undefined;
      turns = undefined;
      for (const key of [...open.keys()]) end(key);
      closing.abort();
      closing = new AbortController();
      await Promise.all(running);
    },
  };
}

const otherPath = "this shows only that it answers: name the path of its health with `health: { path }`";

/** Keeps no process alive. Outside Node a timer is a number. */
function unheld(timer: ReturnType<typeof setTimeout>): ReturnType<typeof setTimeout> {
  (timer as { unref?: () => void }).unref?.();
  return timer;
}
