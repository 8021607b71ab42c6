import type { RedisValue, RunScript } from "./redis-client.ts";

/** Calls in a script at most: it holds up the server for some 5 µs a call. */
const mostCalls = 32;

/** Sends the keys and the arguments of a call, and resolves with the answer to it. */
export type SendCall = (keys: readonly string[], args: readonly string[]) => Promise<readonly RedisValue[]>;

interface Waiting {
  readonly keys: readonly string[];
  readonly args: readonly string[];
  readonly resolve: (answer: readonly RedisValue[]) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Returns a function that sends the calls which are made in one turn of the event loop together: most of what a call
 * costs, here and in Redis, is its message. No call waits for a later turn.
 */
export function batchSender(run: RunScript, first: string, time: () => string): SendCall {
  // After all microtasks of the turn where there is such a time: they are what answers to the last batch begin.
  const defer: (work: () => void) => void = globalThis.process?.nextTick ?? queueMicrotask;
  let waiting: Waiting[] = [];

  const send = async (calls: readonly Waiting[]): Promise<void> => {
    const keys = [first];
    const args = [time()];
    for (const call of calls) {
      keys.push(...call.keys);
      args.push(...call.args);
    }
    try {
      const answers = await run("batch", keys.length, [...keys, ...args]);
      // An answer that is missing is one that cannot be read.
      calls.forEach(({ resolve }, at) => {
        const answer = answers[at];
        resolve(Array.isArray(answer) ? answer : []);
      });
    } catch (error) {
      for (const { reject } of calls) reject(error);
    }
  };
  const flush = (): void => {
    const calls = waiting;
    waiting = [];
    for (let at = 0; at < calls.length; at += mostCalls) void send(calls.slice(at, at + mostCalls));
  };

  return (keys, args) =>
    new Promise((resolve, reject) => {
      if (waiting.length === 0) defer(flush);
      waiting.push({ keys, args, resolve, reject });
    });
}
