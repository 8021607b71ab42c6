import type { PromiseRules } from "./promise-options.ts";
import { type PromiseStream, promiseStream, type StoredStream } from "./promise-stream.ts";

/** Name of all categories together that have no place of their own. */
export const rest = "";

/** Names that can stand in events, decisions and pages: a decision holds up to 20 of them in 1 KB. */
const plainName = /^[\p{L}\p{N}][\p{L}\p{N} _.:/-]{0,39}$/u;
const longestName = 40;

/** Statements by category: at most as many as the rules say, and one for the rest. */
export interface PromiseCategories {
  /** Returns the name under which a record counts; undefined if it has no category, or categories do not count. */
  nameFor(category: string | undefined): string | undefined;
  /** Returns the name under which records of the category count so far, without giving it a place. */
  nameOf(category: string): string;
  get(name: string): PromiseStream | undefined;
  set(name: string, stream: PromiseStream): void;
  entries(): readonly (readonly [name: string, stream: PromiseStream])[];
}

/**
 * Creates the statements. A category gets a place when it first comes. One that has no record in the window (`inWindow`)
 * and is not broken makes place for another, so names that someone made up do not keep real ones out for long; and a
 * window holds at most twice as many beginnings as there are places.
 */
export function promiseCategories(
  rules: PromiseRules,
  inWindow: (name: string) => number,
  given: readonly (readonly [name: string, stream: StoredStream])[] = [],
): PromiseCategories {
  const places = rules.categories;
  const streams = new Map<string, PromiseStream>(
    given.map(([name, stream]) => [name, promiseStream(rules, stream)]),
  );

  const makePlace = (): boolean => {
    const taken = streams.size - (streams.has(rest) ? 1 : 0);
    if (taken < places) return true;
    for (const [name, { state }] of streams) {
      if (name === rest || state === "broken" || inWindow(name) > 0) continue;
      streams.delete(name);
      return true;
    }
    return false;
  };
  return {
    nameFor(category) {
      if (category === undefined || category === "" || places === 0) return undefined;
      if (streams.has(category)) return category;
      const isPlain = category.length <= longestName && plainName.test(category);
      const name = isPlain && makePlace() ? category : rest;
      if (!streams.has(name)) streams.set(name, promiseStream(rules));
      return name;
    },
    nameOf: (category) => (streams.has(category) ? category : rest),
    get: (name) => streams.get(name),
    set: (name, stream) => void streams.set(name, stream),
    entries: () => [...streams],
  };
}
