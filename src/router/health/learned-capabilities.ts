import type { LearnedCapability } from "../../contracts/capabilities.ts";
import type { NeededCapability } from "../../contracts/index.ts";
import type { StateTable } from "../../plugin/index.ts";
import { createLatest } from "../../plugin/latest.ts";
import { readStates } from "../../plugin/options/read-state.ts";

/**
 * Remembers what answers and refusals have shown of capabilities that are not known, by model and capability: never by
 * tenant, so that its size is bounded by the number of models. Times are on the monotonic clock.
 */
export interface LearnedCapabilities {
  /** Returns true or false if a call of the last hour has shown it, else undefined. */
  has(name: string, capability: NeededCapability, now: number): boolean | undefined;
  /**
   * Notes what a call has shown. A success of the last hour outweighs any refusal: words that a request brings about must
   * not keep a model from all others. Returns true if it is now known to lack the capability, and was not.
   */
  learn(name: string, capability: NeededCapability, has: boolean, now: number): boolean;
  /** Exports what holds now; `wallNow` is the time of day. */
  exportState(now: number, wallNow: number): readonly LearnedCapability[];
  /** Replaces what was learnt. Throws `InvalidOptionError`. */
  restoreState(states: readonly LearnedCapability[], now: number, wallNow: number): void;
}

/** Time after which a model is asked again. */
const holdsMs = 3_600_000;
/** Largest number of names and capabilities that are remembered: members of pools come and go. */
const mostEntries = 1_000;

const fields: StateTable<LearnedCapability> = {
  name: { is: "text" },
  capability: { is: "choice", of: ["tools", "images", "jsonSchema"] },
  has: { is: "boolean" },
  at: { is: "number", min: 0 },
};

/** Throws `InvalidOptionError` if the value was not exported by learned capabilities. */
export function checkLearnedCapabilities(states: readonly LearnedCapability[]): readonly LearnedCapability[] {
  return readStates("state.capabilities", fields, states);
}

export function createLearnedCapabilities(): LearnedCapabilities {
  let entries = createLatest<LearnedCapability>(mostEntries);

  const freshOf = (key: string, now: number): LearnedCapability | undefined => {
    const entry = entries.get(key);
    return entry !== undefined && now - entry.at < holdsMs ? entry : undefined;
  };

  return {
    has: (name, capability, now) => freshOf(keyOf(name, capability), now)?.has,

    learn(name, capability, has, now) {
      const key = keyOf(name, capability);
      const before = freshOf(key, now)?.has;
      if (before === true && !has) return false;
      entries.set(key, { name, capability, has, at: now });
      return !has && before === undefined;
    },

    exportState: (now, wallNow) =>
      [...entries.values()]
        .filter(({ at }) => now - at < holdsMs)
        .map((entry) => ({ ...entry, at: Math.max(0, wallNow - (now - entry.at)) })),

    restoreState(states, now, wallNow) {
      entries = createLatest(mostEntries);
      for (const entry of checkLearnedCapabilities(states)) {
        // A time in the future is one of a clock that was ahead.
        const at = now - Math.max(0, wallNow - entry.at);
        if (now - at < holdsMs) entries.set(keyOf(entry.name, entry.capability), { ...entry, at });
      }
    },
  };
}

function keyOf(name: string, capability: NeededCapability): string {
  return `${capability} ${name}`;
}
