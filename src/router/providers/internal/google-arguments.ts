import { isJsonObject, type JsonObject } from "./google-wire.ts";

/** Arguments of a call that come in pieces. */
export interface GoogleArguments {
  /** Adds pieces. Returns false for one that has no place: the arguments are then not those that the model wrote. */
  add(pieces: unknown): boolean;
  /** Returns the arguments so far as JSON. */
  json(): string;
}

/** Depth and gaps that arguments have at most: a path comes from the server, and must not size anything. */
const deepest = 64;
const mostGaps = 1_000;

/** A value with places of its own. Without a prototype: a path could name one. */
type Held = Record<string, unknown> | unknown[];

/** Joins pieces, each the value of a place such as `$.steps[0].text`; texts of one place are added up. */
export function googleArguments(args: JsonObject = {}): GoogleArguments {
  const root: Held = Object.assign(Object.create(null) as Record<string, unknown>, args);
  let gaps = 0;

  /** Returns what stands at a key of `held`, which is made if it is absent. */
  const within = (held: Held, key: string | number, next: string | number): Held | undefined => {
    const there = read(held, key);
    if (typeof there === "object" && there !== null) return there as Held;
    if (there !== undefined && there !== null) return undefined;
    const made: Held = typeof next === "number" ? [] : (Object.create(null) as Record<string, unknown>);
    return write(held, key, made) ? made : undefined;
  };

  const write = (held: Held, key: string | number, value: unknown): boolean => {
    if (Array.isArray(held) !== (typeof key === "number")) return false;
    if (!Array.isArray(held)) {
      held[key] = value;
      return true;
    }
    const at = key as number;
    gaps += Math.max(0, at - held.length);
    if (gaps > mostGaps) return false;
    while (held.length < at) held.push(null);
    held[at] = value;
    return true;
  };

  const set = (keys: readonly (string | number)[], value: unknown): boolean => {
    let held: Held | undefined = root;
    for (let at = 0; at < keys.length - 1 && held !== undefined; at++)
      held = within(held, keys[at] as string | number, keys[at + 1] as string | number);
    const last = keys.at(-1);
    if (held === undefined || last === undefined) return false;
    const before = read(held, last);
    return write(
      held,
      last,
      typeof before === "string" && typeof value === "string" ? before + value : value,
    );
  };

  return {
    add(pieces) {
      if (!Array.isArray(pieces)) return pieces === undefined || pieces === null;
      let isWhole = true;
      for (const piece of pieces) {
        const keys = isJsonObject(piece) ? keysOf(piece["jsonPath"]) : undefined;
        const value = isJsonObject(piece) ? saidIn(piece) : undefined;
        // A piece without a value says only that the place ends.
        if (keys === undefined || (value !== undefined && !set(keys, value))) isWhole = false;
      }
      return isWhole;
    },
    json: () => JSON.stringify(root),
  };
}

function read(held: Held, key: string | number): unknown {
  return Array.isArray(held) === (typeof key === "number")
    ? (held as Record<string, unknown>)[key]
    : undefined;
}

function saidIn({ stringValue, numberValue, boolValue, nullValue }: JsonObject): unknown {
  return stringValue ?? numberValue ?? boolValue ?? (nullValue === undefined ? undefined : null);
}

const step = /\.([^.[\]]+)|\[(\d{1,9})\]|\['((?:[^'\\]|\\.)*)'\]|\["((?:[^"\\]|\\.)*)"\]/y;

/** Reads a path of JSONPath's usual form; undefined for any other. */
function keysOf(path: unknown): readonly (string | number)[] | undefined {
  if (typeof path !== "string" || !path.startsWith("$") || path.length > 4_096) return undefined;
  const keys: (string | number)[] = [];
  step.lastIndex = 1;
  while (step.lastIndex < path.length) {
    const [, name, index, single, double] = step.exec(path) ?? [];
    const quoted = single ?? double;
    if (index !== undefined) keys.push(Number(index));
    else if (name !== undefined) keys.push(name);
    else if (quoted !== undefined) keys.push(quoted.replace(/\\(.)/g, "$1"));
    else return undefined;
    if (keys.length > deepest) return undefined;
  }
  return keys.length === 0 ? undefined : keys;
}
