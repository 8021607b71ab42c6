import {
  InvalidOptionError,
  type Json,
  type Router,
  type Store,
  type StoreEntry,
  StoreError,
} from "../../contracts/index.ts";
import { systemClock } from "../../plugin/clock.ts";
import { dropPromises, type OptionTable, readOptions } from "../../plugin/index.ts";
import { settleWithin } from "../../plugin/settle-within.ts";
import { checkPlainField } from "../../router/request/index.ts";
import { namespaceOption, storeOption } from "../record-store.ts";
import { checkReleases, pointerKey, readEntry, ttlMs } from "./pointer-record.ts";
import { type Releases, releaseOfData } from "./release-of-data.ts";
import { isDeeper, pointerText, readPointer } from "./release-pointer.ts";

export interface PublishReleaseOptions<Id extends string> {
  /** Router of the writer, which validates: it has to take the release itself. It is not changed. */
  readonly router: Router<Id>;
  readonly store: Store;
  /** Name before the pointer's key, as in `shared`. Default `router`. */
  readonly namespace?: string | undefined;
  readonly releases: Releases<NoInfer<Id>>;
  /** Name of the release, a key of `releases`. */
  readonly name: string;
  /** Data for its function, at most about 60,000 characters of JSON. No secret: all who read the store see it. */
  readonly data: Json;
  /** Name of the person or the job that publishes it. */
  readonly by: string;
  /** Reason for people. */
  readonly reason: string;
  /** Hash of the release that the fleet must be so far; `none`: no release. Default: whatever it is. */
  readonly from?: string | undefined;
}

export const publishReleaseOptions: OptionTable<PublishReleaseOptions<string>, "from"> = {
  router: { is: "object", methods: ["replace"] },
  store: storeOption,
  namespace: namespaceOption,
  releases: { is: "checked", check: checkReleases },
  name: { is: "text" },
  data: { is: "any", expected: "plain JSON" },
  by: { is: "text" },
  reason: { is: "text" },
  from: { is: "text", optional: true },
};

export interface Published {
  /** Hash of the release: 64 hex digits. */
  readonly hash: string;
  /** Hash of the release of before. Absent: there was none, or none that can be read. */
  readonly from: string | undefined;
}

/** Number of tries: followers renew the pointer, which changes its version and nothing else. */
const tries = 5;
const patienceMs = 5_000;

/**
 * Makes a fleet follow another release: it is made by the writer's own code, validated by its router, and the pointer
 * moves if it is still what it was. Rejects with `StoreError`, whose `problem` is `conflict` if another writer was first,
 * and with `InvalidOptionError` if the release cannot be made or the router refuses it; the fleet then stays. To go back,
 * publish the release of before.
 */
export async function publishRelease<Id extends string>(
  options: PublishReleaseOptions<Id>,
): Promise<Published> {
  const { router, store, namespace, releases, name, data, by, reason, from } = readOptions(
    "publishRelease",
    publishReleaseOptions,
    options,
  );
  const kept = keptData(data);
  const key = pointerKey(namespace);
  const before = await read(store, key);
  const fromHash = before === undefined ? undefined : hashOf(before.value);
  if (from !== undefined && from !== (fromHash ?? "none")) throw conflict(store, fromHash);
  const { parts, hash } = releaseOfData(router, releases, name, kept);
  await router.replace({ ...parts, release: hash, reason, dryRun: true });
  const at = new Date(systemClock.wall()).toISOString();
  const value = pointerText({ formatVersion: 1, hash, name, data: kept, at, by, reason });
  const problem = readPointer(value);
  if (typeof problem === "string")
    throw new InvalidOptionError(
      "publishRelease",
      undefined,
      `a pointer that followers can read: ${problem}`,
    );
  let expect = before?.version ?? "none";
  for (let attempt = 0; attempt < tries; attempt += 1) {
    const put = await ask(store, () => store.records.put([{ key, value, expect, ttlMs }]));
    if (isWritten(put)) return { hash, from: fromHash };
    const now = await read(store, key);
    if (now?.value !== before?.value) throw conflict(store, now && hashOf(now.value));
    expect = now?.version ?? "none";
  }
  throw conflict(store, fromHash);
}

/** Returns data as they will be read from the store. */
function keptData(data: Json): Json {
  const expected = "plain JSON, nested at most 50 deep";
  if (data === undefined || isDeeper(data, 50))
    throw new InvalidOptionError("publishRelease.data", data, expected);
  try {
    checkPlainField("data", data);
  } catch (cause) {
    throw new InvalidOptionError("publishRelease.data", data, expected, { cause });
  }
  return JSON.parse(JSON.stringify(data)) as Json;
}

function hashOf(text: string): string | undefined {
  const pointer = readPointer(text);
  return typeof pointer === "string" ? undefined : pointer.hash;
}

async function read(store: Store, key: string): Promise<StoreEntry | undefined> {
  const found = readEntry(await ask(store, () => store.records.get([key])));
  if (found === undefined) throw new StoreError(store.name, "failed", "gave an answer that cannot be read");
  return found[0];
}

function isWritten(answer: unknown): boolean {
  return Array.isArray((answer as { readonly versions?: unknown } | null)?.versions);
}

/** Rejects with `StoreError` if the store fails, or does not answer in time. */
async function ask(store: Store, call: () => Promise<unknown>): Promise<unknown> {
  const timeError = () => new StoreError(store.name, "failed", `did not answer within ${patienceMs} ms`);
  let asked: Promise<unknown> | undefined;
  try {
    asked = Promise.resolve(call());
    return await settleWithin(asked, { ms: patienceMs, timeError });
  } catch (cause) {
    if (cause instanceof StoreError) throw cause;
    throw new StoreError(store.name, "failed", "could not be asked", { cause });
  } finally {
    dropPromises(asked);
  }
}

function conflict(store: Store, hash: string | undefined): StoreError {
  const now = hash === undefined ? "no release that can be read" : `release ${hash}`;
  return new StoreError(
    store.name,
    "conflict",
    `has another release than the one that was expected: the fleet is ${now}. Look at it, and publish again`,
  );
}
