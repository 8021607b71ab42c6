import { InvalidOptionError, type Json } from "../../contracts/index.ts";
import { canonicalJson } from "../../plugin/canonical-json.ts";

/** Record in the store that says which release a fleet is. */
export interface ReleasePointer {
  readonly formatVersion: 1;
  /** Hash of the release: 64 hex digits. */
  readonly hash: string;
  /** Key in `releases`. */
  readonly name: string;
  readonly data: Json;
  /** Time of the publication, ISO 8601. With it a release that is published again is told from one that is only renewed. */
  readonly at?: string | undefined;
  /** Name of the publisher. */
  readonly by: string;
  readonly reason: string;
}

/** Longest value that stores take. */
const longest = 65_536;
const longestText = 1_000;
const deepest = 50;

/** Returns the pointer as text. Throws `InvalidOptionError` if it is too long for a store, or no JSON. */
export function pointerText(pointer: ReleasePointer): string {
  const text = canonicalJson(pointer);
  if (text.length > longest)
    throw new InvalidOptionError(
      "publishRelease.data",
      pointer.data,
      `JSON of less than ${longest} characters, since a store keeps it: put large data into a file of each process`,
    );
  return text;
}

/** Reads a pointer of the store, which anyone who can write to it may have written. Returns what is wrong if it cannot be read. */
export function readPointer(text: string): ReleasePointer | string {
  if (text.length > longest) return `it has more than ${longest} characters`;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return "it is not JSON";
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) return "it is not an object";
  const { formatVersion, hash, name, data, by, reason } = value as Record<string, unknown>;
  if (formatVersion !== 1)
    return "its format version is not 1, the one that this version of the package reads";
  if (typeof hash !== "string" || !/^[0-9a-f]{64}$/.test(hash)) return "its hash is not 64 hex digits";
  if (!isText(name) || !isText(by) || !isText(reason))
    return `its name, by or reason is not a text of 1 to ${longestText} characters`;
  if (data === undefined) return "it has no data";
  if (isDeeper(data, deepest)) return `its data are nested more than ${deepest} deep`;
  return { formatVersion, hash, name, data: data as Json, by, reason };
}

function isText(value: unknown): value is string {
  return typeof value === "string" && value !== "" && value.length <= longestText;
}

/** True if a value is nested deeper. The value is bounded in size. */
export function isDeeper(value: unknown, levels: number): boolean {
  if (typeof value !== "object" || value === null) return false;
  return levels === 0 || Object.values(value).some((one) => isDeeper(one, levels - 1));
}
