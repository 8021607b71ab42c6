import type { Attempt, LearnedWindow } from "../../contracts/index.ts";
import { createLatest } from "../../plugin/latest.ts";
import type { FieldTable } from "../../plugin/options/option-kind.ts";
import { readStates } from "../../plugin/options/read-state.ts";

/** Largest number of models that are remembered; the one that was learnt longest ago is forgotten. */
const maxNames = 1_000;
/** Time after which a model is asked again, in milliseconds: its server may have been started with another window. */
const validMs = 3_600_000;

/** The windows that models turned out to have, by the words with which they refused what was too long. */
export interface LearnedWindows {
  /** Learns from a call that has ended. `now` is a time on the monotonic clock in milliseconds. */
  observe(attempt: Pick<Attempt, "name" | "error" | "usage">, now: number): void;
  /** Returns the model's window in tokens; undefined if nothing recent is known. */
  of(name: string, now: number): number | undefined;
  /** Exports what was learnt. `toWallMs` is what the time of day is ahead of the monotonic clock. */
  exportState(now: number, toWallMs?: number): readonly LearnedWindow[];
  /** Replaces what was learnt. Throws `InvalidOptionError` if the states were not exported. */
  restoreState(states: readonly LearnedWindow[], now: number, wallNow?: number): void;
}

const stateFields: FieldTable<LearnedWindow> = {
  name: { is: "text" },
  tokens: { is: "number", min: 1, integer: true },
  at: { is: "number" },
};

/** Throws `InvalidOptionError` if the value was not exported. */
export function checkLearnedWindows(states: readonly LearnedWindow[]): readonly LearnedWindow[] {
  return readStates("windows", stateFields, states, "an array of states");
}

export function createLearnedWindows(): LearnedWindows {
  let windows = createLatest<LearnedWindow>(maxNames);
  let isEmpty = true;

  const learn = (window: LearnedWindow): void => {
    windows.set(window.name, window);
    isEmpty = false;
  };
  const isValid = ({ at }: LearnedWindow, now: number): boolean => now - at < validMs;

  return {
    observe({ name, error, usage }, now) {
      const tokens = error?.contextWindow;
      if (tokens !== undefined) return learn({ name, tokens, at: now });
      if (isEmpty || usage === undefined) return;
      // It has read more than it was said to.
      if (usage.inputTokens > (windows.get(name)?.tokens ?? Number.POSITIVE_INFINITY)) windows.delete(name);
    },

    of(name, now) {
      const window = isEmpty ? undefined : windows.get(name);
      return window !== undefined && isValid(window, now) ? window.tokens : undefined;
    },

    exportState(now, toWallMs = 0) {
      return [...windows.values()]
        .filter((window) => isValid(window, now))
        .map((window) => ({ ...window, at: window.at + toWallMs }));
    },

    restoreState(states, now, wallNow = now) {
      const checked = checkLearnedWindows(states);
      windows = createLatest(maxNames);
      isEmpty = true;
      // The clock that wrote the state may have been ahead: nothing holds for longer than from now on.
      for (const window of checked) learn({ ...window, at: Math.min(window.at - (wallNow - now), now) });
    },
  };
}
