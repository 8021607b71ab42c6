import type { Attempt } from "../../contracts/index.ts";
import { shortText } from "../../plugin/short-text.ts";
import { labelOf } from "./traffic-labels.ts";

/** Models that answered under each name. */
export interface ServedModels {
  /** Notes an answer. Returns `moved` once when another model answers, `back` once when only known ones do again. */
  add(attempt: Attempt): ServedNews | undefined;
  /** Returns an entry for each name. */
  known(): readonly ServedEntry[];
}

export interface ServedNews {
  readonly kind: "moved" | "back";
  readonly name: string;
  /** Models that answered so far, and the one that answers now. */
  readonly from: string;
  readonly to: string;
}

/** Plain JSON. */
export interface ServedEntry {
  readonly name: string;
  readonly served: readonly string[];
  /** Number of answers that are counted, up to the number that teaches. */
  readonly answers: number;
  /** Answers by known models since the last other one. Absent: there was none, or it is long ago. */
  readonly calm?: number | undefined;
}

interface Watched {
  readonly served: Set<string>;
  answers: number;
  /** Answers by known models since the last other one; undefined: there was none. */
  calm: number | undefined;
}

/** Answers of a name whose models are taken for known, and that end an alarm. */
const teaching = 100;
/** Most names, and most known models of each; an alias may be served by several snapshots. */
export const MOST_NAMES = 200;
export const MOST_SERVED = 8;

/**
 * Creates the watch over which models answer. Those of the first 100 answers of a name are known, unless the router
 * says that it is another model than was asked for.
 */
export function servedModels(before: readonly ServedEntry[] = []): ServedModels {
  const watched = new Map<string, Watched>(
    before.map(({ name, served, answers, calm }) => [name, { served: new Set(served), answers, calm }]),
  );

  const watch = (name: string): Watched | undefined => {
    const found = watched.get(name);
    if (found !== undefined || watched.size >= MOST_NAMES) return found;
    const made: Watched = { served: new Set(), answers: 0, calm: undefined };
    watched.set(name, made);
    return made;
  };

  return {
    add({ name: asked, servedModel, substituted }) {
      const to = shortText(servedModel);
      if (to === undefined) return undefined;
      const name = labelOf(asked);
      const one = watch(name);
      if (one === undefined) return undefined;
      const label = labelOf(to);
      const isOther = substituted !== undefined;
      if (!isOther && one.answers < teaching && one.served.size < MOST_SERVED) one.served.add(label);
      one.answers = Math.min(teaching, one.answers + 1);
      const from = [...one.served].join(", ") || name;
      if (!isOther && one.served.has(label)) {
        if (one.calm === undefined) return undefined;
        one.calm += 1;
        if (one.calm < teaching) return undefined;
        one.calm = undefined;
        return { kind: "back", name, from, to: label };
      }
      const isNews = one.calm === undefined;
      one.calm = 0;
      return isNews ? { kind: "moved", name, from, to: label } : undefined;
    },
    known: () =>
      [...watched].map(([name, { served, ...counts }]) => ({ name, served: [...served], ...counts })),
  };
}
