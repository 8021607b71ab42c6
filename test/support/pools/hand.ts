import type { DiscoveredEndpoint, Discovery } from "../../../src/router/pools/index.ts";

export interface Hand extends Discovery {
  /** Sends a set to all that watch. */
  set(...endpoints: readonly (string | Partial<DiscoveredEndpoint>)[]): void;
  /** Sends anything. */
  send(value: unknown): void;
  /** Tells a problem. */
  problem(text: string | undefined): void;
  /** Number of watches that are under way. */
  readonly watching: number;
}

/** A source of endpoints whose sets a test sends by hand. The last one comes first to those that begin later. */
export function handDiscovery(): Hand {
  const watches = new Set<{ queue: unknown[]; wake: () => void; tell: (text: string | undefined) => void }>();
  let last: readonly unknown[] = [];
  const send = (value: unknown): void => {
    last = [value];
    for (const watch of watches) {
      watch.queue.push(value);
      watch.wake();
    }
  };
  return {
    name: "hand",
    send,
    set: (...endpoints) =>
      send({
        source: "hand",
        endpoints: endpoints.map((one) => (typeof one === "string" ? { url: one, state: "ready" } : one)),
      }),
    problem: (text) => {
      for (const { tell } of watches) tell(text);
    },
    get watching() {
      return watches.size;
    },
    async *watch(_runtime, { signal, onProblem }) {
      const watch = {
        queue: [...last],
        wake: () => {},
        tell: (text: string | undefined) => onProblem?.(text),
      };
      watches.add(watch);
      signal.addEventListener("abort", () => {
        watches.delete(watch);
        watch.wake();
      });
      while (!signal.aborted) {
        while (watch.queue.length > 0) yield watch.queue.shift() as never;
        await new Promise<void>((resolve) => {
          watch.wake = resolve;
        });
      }
    },
  };
}
