import type { Cluster } from "node:cluster";
import { type FromWorker, hasField, type ToWorker } from "./worker-messages.ts";
import { workerNumbers } from "./worker-numbers.ts";

/** Longest wait for the series of all workers, in milliseconds: those of one that hangs are left out. */
const answerMs = 3_000;

/**
 * Answers `GET /metrics` of any worker with the series of all, in the process that started them. Each series names its worker
 * by a number: one that is replaced hands it on, and its counts begin at 0 again, as those of a process that was restarted.
 */
export function gatherMetrics(cluster: Cluster): void {
  const numbers = workerNumbers();
  let lastId = 0;
  let gathering: Promise<string> | undefined;
  const gather = (): Promise<string> =>
    new Promise((resolve) => {
      lastId += 1;
      const id = lastId;
      const asked = Object.values(cluster.workers ?? {}).filter((one) => one?.isConnected() === true);
      const texts = new Map<number, string>();
      const end = (): void => {
        clearTimeout(timer);
        cluster.off("message", listen);
        resolve(mergeTexts(texts));
      };
      const listen = (worker: { readonly id: number }, message: FromWorker): void => {
        if (!hasField(message, "ownMetrics") || message.id !== id) return;
        texts.set(numbers.of(worker.id), String(message.ownMetrics));
        if (texts.size === asked.length) end();
      };
      const timer = setTimeout(end, answerMs);
      cluster.on("message", listen);
      for (const worker of asked) worker?.send({ readMetrics: id } satisfies ToWorker, () => {});
      if (asked.length === 0) end();
    });
  // Not at its exit: messages that it sent before may still come.
  cluster.on("disconnect", ({ id }) => numbers.free(id));
  cluster.on("message", (worker, message: FromWorker) => {
    if (!hasField(message, "askMetrics")) return;
    const { id } = message;
    // All that ask at a time get the same.
    gathering ??= gather().finally(() => {
      gathering = undefined;
    });
    void gathering.then((metrics) => {
      if (worker.isConnected()) worker.send({ metrics, id } satisfies ToWorker, () => {});
    });
  });
}

/** Merges texts of Prometheus's format by family; each series gets the label `worker`. */
export function mergeTexts(texts: ReadonlyMap<number, string>): string {
  const families = new Map<string, { readonly head: readonly string[]; readonly series: string[] }>();
  for (const [worker, text] of [...texts].sort(([a], [b]) => a - b)) {
    let family: { readonly head: readonly string[]; readonly series: string[] } | undefined;
    let help = "";
    for (const line of text.split("\n")) {
      if (line.startsWith("# HELP ")) help = line;
      else if (line.startsWith("# TYPE ")) {
        const name = line.split(" ")[2] ?? "";
        family = families.get(name) ?? { head: help === "" ? [line] : [help, line], series: [] };
        families.set(name, family);
      } else if (line !== "" && !line.startsWith("#")) family?.series.push(withWorker(line, worker));
    }
  }
  const lines = [...families.values()].flatMap(({ head, series }) => [...head, ...series]);
  return lines.length === 0 ? "" : `${lines.join("\n")}\n`;
}

function withWorker(line: string, worker: number): string {
  const name = /^[\w:]+/.exec(line)?.[0] ?? "";
  const rest = line.slice(name.length);
  const label = `worker="${worker}"`;
  return rest.startsWith("{") ? `${name}{${label},${rest.slice(1)}` : `${name}{${label}}${rest}`;
}
