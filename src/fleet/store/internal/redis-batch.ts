import type { QuotaLimit } from "../../../contracts/index.ts";
import { afterTurn } from "./after-turn.ts";
import type { RedisValue, RunScript } from "./redis-client.ts";

/** Calls in a script at most: it holds up the server for some 8 µs a call. */
const mostCalls = 32;

/** A call to reserve, or without limits to settle. */
export interface RedisCall<T> {
  readonly id: string;
  /** Numbers of the call as the script reads them, without those of the limits. */
  readonly values: readonly number[];
  readonly limits: readonly QuotaLimit[];
  /** Reads the answer; an empty one where there is none. What it throws the call rejects with. */
  readonly read: (answer: readonly RedisValue[]) => T;
}

/** Resolves with the answer to a call. */
export type SendCall = <T>(call: RedisCall<T>) => Promise<T>;

interface Waiting {
  readonly call: Omit<RedisCall<unknown>, "read">;
  readonly answer: (answer: readonly RedisValue[]) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Returns a function that sends the calls which are made in one turn of the event loop together: most of what a call
 * costs, here and in Redis, is its message. No call waits for a later turn.
 */
export function batchSender(run: RunScript, prefix: string, time: () => string): SendCall {
  let waiting: Waiting[] = [];

  const send = async (calls: readonly Waiting[]): Promise<void> => {
    try {
      const { keys, values } = messageOf(prefix, calls);
      const answers = await run("batch", keys.length, [...keys, time(), JSON.stringify(values)]);
      calls.forEach(({ answer }, at) => {
        const said = answers[at];
        answer(Array.isArray(said) ? said : []);
      });
    } catch (error) {
      for (const { reject } of calls) reject(error);
    }
  };
  const flush = (): void => {
    const calls = waiting;
    waiting = [];
    if (calls.length <= mostCalls) void send(calls);
    else for (let at = 0; at < calls.length; at += mostCalls) void send(calls.slice(at, at + mostCalls));
  };

  return (call) =>
    new Promise((resolve, reject) => {
      if (waiting.length === 0) afterTurn(flush);
      const answer = (said: readonly RedisValue[]): void => {
        try {
          resolve(call.read(said));
        } catch (error) {
          reject(error);
        }
      };
      waiting.push({ call, answer, reject });
    });
}

/** Returns the keys, each once, and the numbers of all calls. */
function messageOf(
  prefix: string,
  calls: readonly Waiting[],
): { readonly keys: readonly string[]; readonly values: readonly number[] } {
  const keys = [openKey(prefix)];
  const places = new Map<string, number>();
  const values: number[] = [];
  // Lua counts from 1.
  const placeOf = (key: string): number => {
    const known = places.get(key);
    if (known !== undefined) return known;
    const place = keys.push(key);
    places.set(key, place);
    return place;
  };
  for (const { call } of calls) {
    values.push(call.limits.length, placeOf(`${prefix}h:${call.id}`), ...call.values);
    for (const { key, limit, refillPerMs = 0, windowEndsAt = -1 } of call.limits)
      values.push(placeOf(quotaKey(prefix, key)), limit, refillPerMs, windowEndsAt);
  }
  return { keys, values };
}

/** Returns the key of the reservations that are open or have lapsed. */
export function openKey(prefix: string): string {
  return `${prefix}open`;
}

/** Returns the key of a count. */
export function quotaKey(prefix: string, key: string): string {
  return `${prefix}q:${key}`;
}
