import { endOfString } from "./end-of-string.ts";
import { skipSpace } from "./skip-space.ts";

/** Text of a value within a JSON text. */
export interface Place {
  readonly from: number;
  readonly to: number;
}

/** Keys of objects and indexes of arrays that lead to a value. */
export type JsonPath = readonly (string | number)[];

/** All that is wanted of a JSON text. */
export interface JsonPlaces {
  /** Place of each wanted value. Of a key that occurs twice the last one counts, as for `JSON.parse`. */
  readonly found: readonly { readonly path: JsonPath; readonly place: Place }[];
  /** Number of keys of all objects. More than the parsed value has: a key occurs twice. */
  readonly keys: number;
}

/**
 * Finds values in a text that `JSON.parse` has accepted, in one pass and without recursion. `wants` is asked for each path; what it
 * is given changes, so that a copy must be kept.
 */
export function jsonPlaces(text: string, wants: (path: JsonPath) => boolean): JsonPlaces {
  const found: { path: JsonPath; place: Place }[] = [];
  const path: (string | number)[] = [];
  /** Starts of the open arrays and objects, if they are wanted. */
  const starts: (number | undefined)[] = [];
  let keys = 0;
  let at = 0;
  const end = (from: number, to: number) => found.push({ path: [...path], place: { from, to } });
  /** Begins the next value of what is open: sets the path. */
  const next = () => {
    const last = path.at(-1);
    if (typeof last === "number") path[path.length - 1] = last + 1;
  };
  while (at < text.length) {
    const code = text.charCodeAt(at);
    if (code === quote) {
      const to = endOfString(text, at);
      const colon = typeof path.at(-1) === "string" ? skipSpace(text, to) : -1;
      if (colon >= 0 && text.charCodeAt(colon) === 0x3a) {
        keys += 1;
        path[path.length - 1] = JSON.parse(text.slice(at, to)) as string;
        at = colon + 1;
        continue;
      }
      next();
      if (wants(path)) end(at, to);
      at = to;
    } else if (code === 0x7b || code === 0x5b) {
      next();
      starts.push(wants(path) ? at : undefined);
      // An object's path gets its keys as they are read; an array's counts from its first element.
      path.push(code === 0x7b ? "" : -1);
      at += 1;
    } else if (code === 0x7d || code === 0x5d) {
      path.pop();
      const from = starts.pop();
      at += 1;
      if (from !== undefined) end(from, at);
    } else if (code === 0x2c || code <= 0x20 || code === 0x3a) at += 1;
    else {
      const to = endOfWord(text, at);
      next();
      if (wants(path)) end(at, to);
      at = to;
    }
  }
  return { found, keys };
}

/** Returns the text with other texts in these places, which do not overlap. */
export function replacedAt(text: string, changes: readonly { place: Place; text: string }[]): string {
  let result = "";
  let from = 0;
  for (const { place, text: other } of [...changes].sort((a, b) => a.place.from - b.place.from)) {
    result += text.slice(from, place.from) + other;
    from = place.to;
  }
  return result + text.slice(from);
}

/** Returns the number of keys of all objects in a parsed value. */
export function countKeys(value: unknown): number {
  let count = 0;
  const left: unknown[] = [value];
  for (let held = left.pop(); left.length > 0 || held !== undefined; held = left.pop()) {
    if (typeof held !== "object" || held === null) continue;
    const inner = Object.values(held) as unknown[];
    if (!Array.isArray(held)) count += inner.length;
    for (const one of inner) if (typeof one === "object" && one !== null) left.push(one);
  }
  return count;
}

const quote = 0x22;

function endOfWord(text: string, from: number): number {
  let at = from;
  while (at < text.length && !/[\s,\]}]/.test(text[at] as string)) at += 1;
  return at;
}
