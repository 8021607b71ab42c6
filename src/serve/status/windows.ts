import {
  type AttemptEntry,
  addAttempt,
  addRequest,
  addSlot,
  clearSlot,
  createSlot,
  type Slot,
  type SlotEntry,
} from "./slot.ts";
import { type WindowName, windowNames } from "./window-names.ts";

/** Number and width of the slots of each. */
const shapes: Readonly<Record<WindowName, readonly [number, number]>> = {
  "15m": [60, 15_000],
  "1h": [60, 60_000],
  "24h": [96, 900_000],
  "7d": [84, 7_200_000],
};

/** The slots of a window at a time, the oldest first; undefined where nothing happened. */
export interface WindowView {
  readonly widthMs: number;
  /** Start of the first slot in milliseconds since the epoch. */
  readonly fromMs: number;
  readonly slots: readonly (Slot | undefined)[];
}

export interface Windows {
  /** `at` in milliseconds since the epoch. What is older than a window does not count in it. */
  request(at: number, entry: SlotEntry): void;
  /** A request that failed before it was decided. */
  undecided(at: number): void;
  attempt(at: number, entry: AttemptEntry): void;
  /** Adds figures of 15 seconds that were gathered elsewhere. */
  add(slot: Slot): void;
  /** Forgets what is later than a time: the clock has gone back to it. */
  forgetAfter(at: number): void;
  view(name: WindowName, now: number): WindowView;
}

/** Width of the narrowest slots, of which all others are whole multiples, in milliseconds. */
export const finestMs = 15_000;
/** The year 2200: a time beyond it would keep all that follows from having a place. */
const latest = 7.258e12;

/**
 * Keeps figures by time, in a fixed number of slots. A request is added to one slot, which is added to those of all windows
 * when its time is over, or when they are looked at.
 */
export function createWindows(): Windows {
  const rings = windowNames.map((name) => {
    const [count, widthMs] = shapes[name];
    return { name, count, widthMs, slots: Array.from({ length: count }, createSlot) };
  });
  const open = createSlot();
  const slotAt = ({ slots, count, widthMs }: (typeof rings)[number], at: number): Slot | undefined => {
    const index = Math.floor(at / widthMs);
    const slot = slots[index % count] as Slot;
    if (slot.index === index) return slot;
    // A stretch that came later has the place.
    if (slot.index > index) return undefined;
    clearSlot(slot, index);
    return slot;
  };
  const add = (given: Slot): void => {
    const at = given.index * finestMs;
    if (!(at >= 0 && at < latest)) return;
    for (const ring of rings) {
      const slot = slotAt(ring, at);
      if (slot !== undefined) addSlot(slot, given);
    }
  };
  const flush = (): void => {
    if (open.index < 0) return;
    add(open);
    clearSlot(open, -1);
  };
  const openAt = (at: number): Slot | undefined => {
    if (!(at >= 0 && at < latest)) return undefined;
    const index = Math.floor(at / finestMs);
    if (open.index !== index) {
      flush();
      open.index = index;
    }
    return open;
  };
  return {
    request(at, entry) {
      const slot = openAt(at);
      if (slot !== undefined) addRequest(slot, entry);
    },
    undecided(at) {
      const slot = openAt(at);
      if (slot === undefined) return;
      slot.requests += 1;
      slot.failed += 1;
    },
    attempt(at, entry) {
      const slot = openAt(at);
      if (slot !== undefined) addAttempt(slot, entry);
    },
    add,
    forgetAfter(at) {
      flush();
      for (const { slots, widthMs } of rings)
        for (const slot of slots) if (slot.index > Math.floor(at / widthMs)) clearSlot(slot, -1);
    },
    view(wanted, now) {
      flush();
      const { count, widthMs, slots } = rings[windowNames.indexOf(wanted)] as (typeof rings)[number];
      const last = Math.floor(now / widthMs);
      const first = last - count + 1;
      return {
        widthMs,
        fromMs: first * widthMs,
        slots: Array.from({ length: count }, (_, at) => {
          const slot = slots[(((first + at) % count) + count) % count];
          return slot?.index === first + at ? slot : undefined;
        }),
      };
    },
  };
}
