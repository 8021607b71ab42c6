import type { Json } from "../../contracts/index.ts";
import { canonicalJson } from "../../plugin/canonical-json.ts";

/** A place at which two JSON values differ. A side that has nothing there is undefined. */
export interface JsonDifference {
  readonly path: string;
  readonly left: Json | undefined;
  readonly right: Json | undefined;
}

/** Largest number of differences that are listed, one by one. */
const most = 1_000;

/** Returns the places at which two values differ, in alphabetical order of keys. Nesting must be bounded. */
export function jsonDifferences(left: unknown, right: unknown): readonly JsonDifference[] {
  const found: JsonDifference[] = [];
  compare("", left, right, found);
  return found;
}

function compare(path: string, left: unknown, right: unknown, found: JsonDifference[]): void {
  if (found.length >= most || canonicalJson(left) === canonicalJson(right)) return;
  if (!isHolder(left) || !isHolder(right) || Array.isArray(left) !== Array.isArray(right)) {
    found.push({ path, left: left as Json, right: right as Json });
    return;
  }
  const keys = [...new Set([...Object.keys(left), ...Object.keys(right)])];
  for (const key of Array.isArray(left) ? keys : keys.sort()) {
    const place = Array.isArray(left) ? `${path}[${key}]` : below(path, key);
    compare(place, own(left, key), own(right, key), found);
  }
}

function below(path: string, key: string): string {
  if (!/^[A-Za-z_][\w-]*$/.test(key)) return `${path}[${JSON.stringify(key)}]`;
  return path === "" ? key : `${path}.${key}`;
}

function isHolder(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}

function own(holder: object, key: string): unknown {
  return Object.hasOwn(holder, key) ? (holder as Record<string, unknown>)[key] : undefined;
}
