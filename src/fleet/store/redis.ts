import {
  type Granted,
  type NotGranted,
  type QuotaLimit,
  type Store,
  StoreError,
} from "../../contracts/index.ts";
import { type OptionTable, readOptions } from "../../plugin/index.ts";
import { nodeCrypto } from "../../plugin/node-crypto.ts";
import { checkedQuotas, checkedRecords } from "./internal/check-calls.ts";
import { checkFormat, storeFormatVersion } from "./internal/format-version.ts";
import { batchSender, openKey, quotaKey, type RedisCall } from "./internal/redis-batch.ts";
import { type RedisLike, type RedisValue, scriptRunner } from "./internal/redis-client.ts";
import { redisRemarks } from "./internal/redis-remarks.ts";

export type { RedisLike } from "./internal/redis-client.ts";

export interface RedisStoreOptions {
  /** Client of `ioredis` or `iovalkey`, or any of its shape. Its owner opens and closes it. */
  readonly client: RedisLike;
  /** Name that separates the data from others' on the same server; without braces. Default `switchpoint`. */
  readonly namespace?: string | undefined;
  /** Returns the time in place of the server's, in milliseconds since the epoch; for tests. */
  readonly now?: (() => number) | undefined;
}

export const redisStoreOptions: OptionTable<RedisStoreOptions, "now"> = {
  client: { is: "object", methods: ["eval", "evalsha"] },
  namespace: { is: "text", default: "switchpoint" },
  now: { is: "function", optional: true },
};

/**
 * Creates a store on Redis (6.2 or later) or Valkey, for any number of processes. Calls that are made at once are one script. How much is
 * lost when the server dies depends on its persistence: with `appendfsync everysec` up to a second.
 */
export function redisStore(options: RedisStoreOptions): Store {
  const { client, namespace, now } = readOptions("redisStore", redisStoreOptions, options);
  const name = "redis";
  const prefix = `{${namespace.replaceAll(/[{}]/g, "")}}:`;
  const run = scriptRunner(client, name);
  const send = batchSender(run, prefix, () => time());
  const time = (): string => (now === undefined ? "" : String(now()));

  const status: Store["status"] = async () => {
    const [epoch = "", format = "", nowMs = "", runId = ""] = await run("status", 1, [
      prefix,
      time(),
      nodeCrypto().randomUUID(),
      String(storeFormatVersion),
    ]);
    checkFormat(name, Number(format));
    // It differs after a restart or a failover.
    const server = runId === "" ? "" : `/${runId}`;
    return { epoch: `${epoch}${server}`, nowMs: Number(nowMs), formatVersion: Number(format) };
  };
  // Once before the first call: data of another format must not be counted on.
  let checked: Promise<unknown> | undefined;
  let isChecked = false;
  const ready = (): Promise<unknown> => {
    checked ??= status().then(
      () => (isChecked = true),
      (error: unknown) => {
        checked = undefined;
        throw error;
      },
    );
    return checked;
  };
  const sendChecked = <T>(call: RedisCall<T>): Promise<T> =>
    isChecked ? send(call) : ready().then(() => send(call));

  return {
    name,
    quotas: checkedQuotas({
      reserve({ id, amount, atLeast = amount, limits, ttlMs, lapse }) {
        const values = [amount, atLeast, ttlMs, lapse === "return" ? 1 : 0];
        const read = (reply: readonly RedisValue[]): Granted | NotGranted =>
          Number(reply[0]) === 1 ? grantedOf(reply) : notGrantedOf(reply, limits);
        return sendChecked({ id, values, limits, read });
      },
      settle: ({ id, spent, keep, ttlMs }) =>
        sendChecked({ id, values: [spent, keep, ttlMs], limits: [], read: settledOf }),
      async read(keys) {
        await ready();
        const reply = await run("read", 1 + keys.length, [
          openKey(prefix),
          ...keys.map((key) => quotaKey(prefix, key)),
          time(),
        ]);
        return keys.map((_, at) => ({ used: Number(reply[2 * at]), open: Number(reply[2 * at + 1]) }));
      },
      async reset(key, used) {
        await ready();
        await run("reset", 2, [openKey(prefix), quotaKey(prefix, key), time(), String(used)]);
      },
    }),
    records: checkedRecords({
      async get(keys) {
        await ready();
        const reply = await run("get", 1, [prefix, time(), ...keys]);
        return keys.map((_, at) => {
          const [value = "", version = ""] = reply.slice(2 * at, 2 * at + 2);
          return version === "" ? undefined : { value: String(value), version: String(version) };
        });
      },
      async put(writes) {
        await ready();
        const versions = writes.map(() => nodeCrypto().randomUUID());
        const args = writes.flatMap(({ key, value, expect, ttlMs }, at) => [
          key,
          expect,
          versions[at] as string,
          String(ttlMs),
          value === undefined ? "0" : "1",
          value ?? "",
        ]);
        const [outcome, key = ""] = await run("put", 1, [prefix, time(), ...args]);
        return outcome === "written" ? { versions } : { conflict: String(key) };
      },
    }),
    status,
    remarks: () => redisRemarks(client),
    async close() {},
  };
}

function grantedOf([, open, dueAt, nowMs, ...left]: readonly RedisValue[]): Granted {
  return { granted: Number(open), left: left.map(Number), lapsesAt: Number(dueAt), nowMs: Number(nowMs) };
}

function settledOf(reply: readonly RedisValue[]): Granted | "lapsed" {
  if (reply.length === 0)
    throw new StoreError("redis", "failed", "gave an answer to settle that cannot be read");
  return Number(reply[0]) === 1 ? grantedOf(reply) : "lapsed";
}

function notGrantedOf(
  [, at, why, freeAt = "", nowMs]: readonly RedisValue[],
  limits: readonly QuotaLimit[],
): NotGranted {
  const key = limits[Number(at) - 1]?.key;
  if (key === undefined || (why !== "limit" && why !== "window-over" && why !== "too-large"))
    throw new StoreError("redis", "failed", "gave an answer to reserve that cannot be read");
  return {
    granted: 0,
    key,
    why,
    ...(freeAt === "" ? {} : { freeAt: Number(freeAt) }),
    nowMs: Number(nowMs),
  };
}
