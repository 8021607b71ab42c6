import type { Cluster, Worker } from "node:cluster";
import { CheckFailedError } from "./check-failed-error.ts";
import { gatherDashboards } from "./gather-dashboards.ts";
import { gatherMetrics } from "./gather-metrics.ts";
import type { Terminal } from "./io.ts";
import { paint } from "./paint.ts";
import { type FromWorker, hasField, type ToWorker } from "./worker-messages.ts";

export interface WorkersOptions {
  /** Number of processes that serve. */
  readonly count: number;
  /** Longest time in milliseconds that a worker takes to end; then it is killed. */
  readonly endMs: number;
  /** True if a page, and series for Prometheus, show what all of them do. */
  readonly dashboard: boolean;
  readonly metrics: boolean;
}

/** Waits before a worker that died is replaced, in milliseconds: doubled each time, and short again after a quiet time. */
const shortestWaitMs = 100;
const longestWaitMs = 10_000;
const quietMs = 60_000;

/**
 * Starts this command in several processes that serve at one address, and replaces those that die, until it is told to end.
 * All take connections from one socket, which this process holds: nothing that waits there is lost with a worker, or waits
 * for one that stands still. Rejects if the first worker cannot begin, which has then said why.
 */
export async function serveWorkers(
  cluster: Cluster,
  terminal: Terminal,
  { count, endMs, dashboard, metrics }: WorkersOptions,
): Promise<void> {
  const say = (text: string) => terminal.stderr(`${paint("dim", text)}\n`);
  let isEnding = false;
  let waitMs = shortestWaitMs;
  let lastDeath = Number.NEGATIVE_INFINITY;
  const timers = new Set<NodeJS.Timeout>();
  const replaceLater = () => {
    const now = performance.now();
    waitMs = now - lastDeath > quietMs ? shortestWaitMs : Math.min(longestWaitMs, waitMs * 2);
    lastDeath = now;
    const timer = setTimeout(() => {
      timers.delete(timer);
      begin();
    }, waitMs);
    timers.add(timer);
  };
  const begin = (): Worker => {
    const worker = cluster.fork();
    worker.once("exit", (code, signal) => {
      if (isEnding || !isServing) return;
      terminal.stderr(
        `${paint("red", "switchpoint:")} worker ${worker.id} died (${signal ?? code}); another begins\n`,
      );
      replaceLater();
    });
    return worker;
  };
  // Workers accept by themselves. Node.js would else accept here and hand connections on in turn: one that a worker was
  // handed, and had not taken when it died, is never answered and never closed.
  cluster.schedulingPolicy = cluster.SCHED_NONE;
  if (dashboard) gatherDashboards(cluster);
  if (metrics) gatherMetrics(cluster);
  let isServing = false;
  const ending = new Promise<void>((resolve) => {
    terminal.onInterrupt?.(resolve);
  });
  const first = begin();
  const url = await Promise.race([urlOf(first), ending]);
  if (url !== undefined) {
    isServing = true;
    // Only now: a socket file that a killed process has left is replaced once.
    const others = Array.from({ length: count - 1 }, begin);
    await Promise.race([Promise.all(others.map(listening)), ending]);
    terminal.stdout(`${url}\n`);
  }
  const offReload = terminal.onReload?.(() => isEnding || tell(cluster, "reload"));
  await ending;
  isEnding = true;
  for (const timer of timers) clearTimeout(timer);
  say("ending: answers under way are finished");
  await endAll(cluster, endMs);
  // Not before: a signal that has no listener ends the process.
  offReload?.();
}

/** Resolves to the address of a worker. Rejects with `CheckFailedError` if it ends before it has one. */
function urlOf(worker: Worker): Promise<string> {
  return new Promise((resolve, reject) => {
    onUrl(worker, resolve);
    worker.once("exit", () => reject(new CheckFailedError("the first worker could not begin")));
  });
}

function onUrl(worker: Worker, then: (url: string) => void): void {
  const listener = (message: FromWorker): void => {
    if (!hasField(message, "url")) return;
    worker.off("message", listener);
    then(message.url);
  };
  worker.on("message", listener);
}

/** Resolves when a worker listens, or has died: it is then replaced. */
function listening(worker: Worker): Promise<void> {
  return new Promise((resolve) => {
    onUrl(worker, () => resolve());
    worker.once("exit", () => resolve());
  });
}

function tell(cluster: Cluster, message: ToWorker): void {
  // One that dies meanwhile reads all files when it is replaced.
  for (const worker of Object.values(cluster.workers ?? {})) worker?.send(message, () => {});
}

async function endAll(cluster: Cluster, endMs: number): Promise<void> {
  const workers = Object.values(cluster.workers ?? {}).filter((worker) => worker !== undefined);
  const ended = workers.map(
    (worker) =>
      new Promise<void>((resolve) => {
        if (worker.isDead()) resolve();
        else worker.once("exit", () => resolve());
      }),
  );
  tell(cluster, "end");
  const timer = setTimeout(() => {
    for (const worker of workers) worker.process.kill("SIGKILL");
  }, endMs);
  await Promise.all(ended);
  clearTimeout(timer);
}
