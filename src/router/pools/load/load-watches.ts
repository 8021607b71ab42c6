import type { ServerAnswer } from "../../../contracts/server-access.ts";
import type { Endpoint } from "../members/endpoint.ts";
import type { EndpointCalls } from "../members/endpoint-calls.ts";
import { metricsOf, type PoolLoad } from "./load-options.ts";
import { type LoadWatch, watchLoad } from "./watch-load.ts";

/** Most scrapes of one pool in a second: with many members each is scraped less often. */
const mostPerSecond = 50;

/** Watches of the load of a pool's members. */
export interface LoadWatches {
  start(endpoints: Iterable<Endpoint>): void;
  stop(endpoints: Iterable<Endpoint>): void;
  /** Returns what is wrong with each, with the key of the endpoint. */
  problems(): readonly string[];
  /** Returns those that last, in the same way. */
  lasting(): readonly string[];
  close(): Promise<void>;
}

/** `onLasting` is called when what lasts has changed. */
export function createLoadWatches(options: PoolLoad, onLasting: () => void): LoadWatches {
  const { headers, fetch, everyMs, timeoutMs, maxBytes } = options;
  const open = new Map<string, { readonly endpoint: Endpoint; readonly watch: LoadWatch }>();
  const ending = new Set<Promise<void>>();
  const pacedMs = () => Math.max(everyMs, (open.size / mostPerSecond) * 1_000);

  const end = (key: string): void => {
    const one = open.get(key);
    if (one === undefined) return;
    open.delete(key);
    one.endpoint.calls.watch = undefined;
    const ended = one.watch.close().finally(() => ending.delete(ended));
    ending.add(ended);
  };

  const told = (of: "problems" | "lasting"): readonly string[] =>
    [...open].flatMap(([key, { watch }]) => watch[of]().map((problem) => `${key}: ${problem}`));

  return {
    start(endpoints) {
      for (const endpoint of endpoints) {
        const { key, calls } = endpoint;
        const metrics = open.has(key) ? undefined : metricsOf(endpoint.model, options);
        if (metrics === undefined) continue;
        const { ask } = metrics;
        const watch = watchLoad({
          ...metrics,
          ask: ask && ((asked) => provingLife(calls, () => ask(asked))),
          headers,
          fetch,
          timeoutMs,
          maxBytes,
          onLasting,
          everyMs: pacedMs,
          staleAfterMs: options.staleAfterMs === undefined ? () => 5 * pacedMs() : options.staleAfterMs,
          calls: () => calls,
        });
        calls.watch = watch;
        open.set(key, { endpoint, watch });
      }
    },
    stop(endpoints) {
      for (const { key } of endpoints) end(key);
    },
    problems: () => told("problems"),
    lasting: () => told("lasting"),
    async close() {
      for (const key of [...open.keys()]) end(key);
      await Promise.all(ending);
    },
  };
}

/** An answer of any kind shows that the server lived when it was asked. */
async function provingLife(calls: EndpointCalls, ask: () => Promise<ServerAnswer>): Promise<ServerAnswer> {
  const begunAt = calls.now;
  const answer = await ask();
  if (answer.status !== undefined) calls.life?.answered(begunAt);
  return answer;
}
