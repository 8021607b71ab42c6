import type { AlarmRule, Judged, Reading } from "./rule.ts";

/** State of one rule. */
export interface Watch {
  readonly rule: AlarmRule;
  readonly firing: boolean;
  /** Takes what was read. Returns the judgement if the alarm began or ended with it. */
  look(readings: readonly Reading[], at: number): Judged | undefined;
}

/** Largest number of looks that are kept of a window: of more, some in between are left out. */
const mostLooks = 1_000;
/** Shortest time without a look after which a process is taken to have slept, in milliseconds. */
const sleptMs = 60_000;

/** `everyMs` is the time between two looks in milliseconds; 0: not known. */
export function createWatch(rule: AlarmRule, everyMs: number): Watch {
  const { windowMs, forMs = 0 } = rule;
  // Looks may be further apart than the window is long: it is then as long as they are apart.
  const longestGapMs = Math.max(windowMs, forMs, sleptMs, 3 * everyMs);
  let looks: { readonly at: number; readonly readings: readonly Reading[] }[] = [];
  let since: number | undefined;
  let firing = false;
  let last: number | undefined;
  return {
    rule,
    get firing() {
      return firing;
    },
    look(readings, at) {
      // A clock of the caller: a look without a time would never leave the window.
      if (!Number.isFinite(at)) return undefined;
      // The clock went back, or the process slept: what lies before does not belong to the window.
      if (last !== undefined && (at < last || at - last > longestGapMs)) {
        looks = [];
        since = undefined;
      }
      last = at;
      while (looks.length > 1 && (looks[1]?.at ?? at) <= at - windowMs) looks.shift();
      const before = windowMs === 0 ? undefined : looks[0];
      const newest = looks.at(-1)?.at ?? Number.NEGATIVE_INFINITY;
      if (windowMs > 0 && at - newest >= windowMs / mostLooks) looks.push({ at, readings });
      if (windowMs > 0 && before === undefined) return undefined;
      const judged = judge(rule, readings, before?.readings ?? [], at - (before?.at ?? at));
      if (judged.firing !== true) {
        since = undefined;
        if (!firing) return undefined;
        firing = false;
        return judged;
      }
      since ??= at;
      if (firing || at - since < forMs) return undefined;
      firing = true;
      return judged;
    },
  };
}

function judge(rule: AlarmRule, now: readonly Reading[], before: readonly Reading[], ms: number): Judged {
  try {
    return rule.judge(now, before, ms);
  } catch {
    return { firing: undefined, reason: "the rule threw" };
  }
}
