import { checkPromiseState } from "./check-promise-state.ts";
import type { LivePromiseState } from "./promise-state.ts";

/** Longest value of a store, in characters. */
const longest = 65_536;
/** Digits of the numbers in it: bets that are off by a hundred-thousandth change no verdict. */
const digits = 5;

/**
 * Returns what other processes need to know of a state, as text: bets and states. Where it is too long, categories with
 * the least evidence are left out; undefined if that is not enough.
 */
export function shareText(state: LivePromiseState, generation: number): string | undefined {
  let categories = [...state.categories].sort(([, one], [, other]) => other.evidence - one.evidence);
  for (;;) {
    const shared = { ...state, categories, window: [], apart: {}, decisions: [], units: [] };
    const text = JSON.stringify({ formatVersion: 1, generation, state: shared }, rounded);
    if (text.length <= longest) return text;
    if (categories.length === 0) return undefined;
    categories = categories.slice(0, Math.floor((categories.length * 3) / 4));
  }
}

function rounded(_: string, value: unknown): unknown {
  return typeof value === "number" && !Number.isInteger(value) ? Number(value.toPrecision(digits)) : value;
}

/**
 * Reads the state of another process. Undefined for that of another generation, or of a promise with other options, and
 * for everything else, which counts as no evidence: a store may hold anything.
 */
export function readShare(
  text: string,
  generation: number,
  own: Pick<LivePromiseState, "name" | "maxLoss" | "everyMs">,
): LivePromiseState | undefined {
  if (text.length > longest) return undefined;
  try {
    const file = JSON.parse(text) as { readonly generation?: unknown; readonly state?: unknown } | null;
    if (file?.generation !== generation) return undefined;
    return checkPromiseState(file.state, { ...own, size: 1 });
  } catch {
    return undefined;
  }
}
