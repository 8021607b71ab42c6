import type { ServedMetrics } from "../src/serve/http/inner.ts";
import type { WorkerLink } from "./worker-link.ts";
import { hasField } from "./worker-messages.ts";

/** The series of one worker of several: it gives its own to the process that started it, and shows those of all. */
export interface WorkerMetrics {
  /** Series of all workers, for the server. */
  readonly served: ServedMetrics;
  /** Reads these series from now on: those of another router after a reload. */
  follow(metrics: ServedMetrics): void;
}

/** Longest wait for the series of all workers, in milliseconds. */
const answerMs = 5_000;

export function workerMetrics(link: WorkerLink): WorkerMetrics {
  let own: ServedMetrics | undefined;
  link.onMessage((message) => {
    if (!hasField(message, "readMetrics")) return;
    const id = message.readMetrics;
    const read = async (): Promise<string> => (await own?.text()) ?? "";
    read()
      .catch(() => "")
      .then((ownMetrics) => link.send({ ownMetrics, id }));
  });
  return {
    served: {
      contentType: "text/plain; version=0.0.4; charset=utf-8",
      text: async () => (await link.ask({ askMetrics: true }, "metrics", answerMs)).metrics,
    },
    follow(metrics) {
      own = metrics;
    },
  };
}
