import { InvalidOptionError, type Store, type StoreEntry } from "../../contracts/index.ts";
import { storeKey } from "../../fleet/inner.ts";
import { checkMethods, checkText } from "../../plugin/index.ts";

/** Longest life of an entry: 31 days. Followers renew it. */
export const ttlMs = 2_678_400_000;

/** Returns the key of a fleet's pointer. */
export function pointerKey(namespace: string): string {
  return storeKey(namespace, "release");
}

/** Throws `InvalidOptionError` unless these options say where a pointer is, and how releases are made. */
export function checkPlace(owner: string, store: Store, namespace: string, releases: unknown): void {
  checkMethods(`${owner}.store`, store, ["status"]);
  checkText(`${owner}.store.name`, store.name);
  checkMethods(`${owner}.store.records`, store.records, ["get", "put"]);
  if (typeof namespace !== "string" || !/^[\w.:-]{1,64}$/.test(namespace))
    throw new InvalidOptionError(`${owner}.namespace`, namespace, "1 to 64 letters, digits and ._:-");
  const isMap = typeof releases === "object" && releases !== null && !Array.isArray(releases);
  if (!isMap || Object.keys(releases).length === 0)
    throw new InvalidOptionError(`${owner}.releases`, releases, "an object of functions by name");
  checkMethods(`${owner}.releases`, releases, Object.keys(releases));
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
