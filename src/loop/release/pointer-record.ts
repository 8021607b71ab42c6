import { InvalidOptionError, type StoreEntry } from "../../contracts/index.ts";
import { storeKey } from "../../fleet/inner.ts";
import { readOption } from "../../plugin/index.ts";
import type { Releases } from "./release-of-data.ts";

/** Longest life of an entry: 31 days. Followers renew it. */
export const ttlMs = 2_678_400_000;

/** Returns the key of a fleet's pointer. */
export function pointerKey(namespace: string): string {
  return storeKey(namespace, "release");
}

/** Returns ways to make releases, by name. Throws `InvalidOptionError`. */
export function checkReleases<Id extends string>(option: string, releases: Releases<Id>): Releases<Id> {
  const isMap = typeof releases === "object" && releases !== null && !Array.isArray(releases);
  if (!isMap || Object.keys(releases).length === 0)
    throw new InvalidOptionError(option, releases, "an object of functions by name");
  readOption({ is: "object", methods: Object.keys(releases) }, option, releases);
  return releases;
}

/** Reads the answer to a `get` of one key. Undefined: it is none. */
export function readEntry(answer: unknown): readonly [StoreEntry | undefined] | undefined {
  if (!Array.isArray(answer) || answer.length !== 1) return undefined;
  const entry: unknown = answer[0];
  if (entry === undefined || entry === null) return [undefined];
  const { value, version } = entry as Partial<Record<keyof StoreEntry, unknown>>;
  if (typeof value !== "string" || typeof version !== "string") return undefined;
  return [{ value, version }];
}
