import type { LearnedCapability, RoleLack, RoleRule } from "../../contracts/capabilities.ts";
import type { NeededCapability } from "../../contracts/index.ts";
import type { StateTable } from "../../plugin/index.ts";
import { createLatest } from "../../plugin/latest.ts";
import { readStates } from "../../plugin/options/read-state.ts";

/**
 * Remembers what answers and refusals have shown of capabilities that are not known, and how a server takes messages, by model or
 * endpoint: never by tenant, so that its size is bounded by the number of models. Times are on the monotonic clock.
 */
export interface LearnedCapabilities {
  /** Returns true or false if a call of the last hour has shown it, else undefined. */
  has(name: string, capability: NeededCapability, now: number): boolean | undefined;
  /**
   * Notes what a call has shown. A success of the last hour outweighs any refusal: words that a request brings about must
   * not keep a model from all others. Returns true if it is now known to lack the capability, and was not.
   */
  learn(name: string, capability: Lesson, has: boolean, now: number): boolean;
  /** Returns how messages are to be sent, after a refusal of the last hour. Undefined if none has said so. */
  roles(name: string, now: () => number): RoleRule | undefined;
  /** Exports what holds now; `wallNow` is the time of day. */
  exportState(now: number, wallNow: number): readonly LearnedCapability[];
  /** Replaces what was learnt. Throws `InvalidOptionError`. */
  restoreState(states: readonly LearnedCapability[], now: number, wallNow: number): void;
}

type Lesson = LearnedCapability["capability"];

/** Parts of roles and turns that a server does not take, each with the rule for its messages from then on; the strictest first. */
const roleRules: readonly (readonly [RoleLack, RoleRule])[] = [
  ["systemRole", "no-system"],
  ["turnOrder", "alternating"],
  ["callIds", "alternating"],
  ["laterSystem", "one-system"],
  ["developerRole", "one-system"],
];
const roleLacks: ReadonlySet<string | undefined> = new Set(roleRules.map(([lack]) => lack));

/** True if what a server lacks is about roles and turns. */
export function isRoleLack(lacks: string | undefined): lacks is RoleLack {
  return roleLacks.has(lacks);
}

/** Time after which a model is asked again. */
const holdsMs = 3_600_000;
/** Largest number of names and capabilities that are remembered: members of pools come and go. */
const mostEntries = 1_000;

const fields: StateTable<LearnedCapability> = {
  name: { is: "text" },
  capability: { is: "choice", of: ["tools", "images", "jsonSchema", ...roleRules.map(([lack]) => lack)] },
  has: { is: "boolean" },
  at: { is: "number", min: 0 },
};

/** Throws `InvalidOptionError` if the value was not exported by learned capabilities. */
export function checkLearnedCapabilities(states: readonly LearnedCapability[]): readonly LearnedCapability[] {
  return readStates("state.capabilities", fields, states);
}

export function createLearnedCapabilities(): LearnedCapabilities {
  let entries = createLatest<LearnedCapability>(mostEntries);
  /** False as long as no call has to be asked for: mostly. */
  let hasRoles = false;

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
      hasRoles ||= isRoleLack(capability);
      entries.set(key, { name, capability, has, at: now });
      return !has && before === undefined;
    },

    roles(name, clock) {
      if (!hasRoles) return undefined;
      const now = clock();
      return roleRules.find(([lack]) => freshOf(keyOf(name, lack), now) !== undefined)?.[1];
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
        if (now - at >= holdsMs) continue;
        hasRoles ||= isRoleLack(entry.capability);
        entries.set(keyOf(entry.name, entry.capability), { ...entry, at });
      }
    },
  };
}

function keyOf(name: string, capability: Lesson): string {
  return `${capability} ${name}`;
}
