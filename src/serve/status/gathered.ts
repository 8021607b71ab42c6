import { shortText } from "../../plugin/short-text.ts";
import { createArmCounts } from "./arm-counts.ts";
import type { FrameArms, FrameNews, FrameRow } from "./frame.ts";
import type { FramesOptions } from "./frames.ts";
import type { Part } from "./part.ts";
import { slotOfPart } from "./part-slot.ts";
import { createPlaces } from "./places.ts";
import { createWindows, finestMs } from "./windows.ts";

type Recorded = FramesOptions["recorder"];

/** The sum of what several processes have recorded, in bounded memory. The counts of a process stay when it is gone. */
export interface Gathered extends Recorded {
  /** Adds the part of a process. `now` in milliseconds since the epoch. Throws for anything else. */
  add(part: Part, now: number): void;
  arms(): readonly FrameArms[];
  /** The newest first. */
  news(): readonly FrameNews[];
}

const mostRows = 200;
const mostNews = 40;
/** Time within which processes that say the same mean the same, in milliseconds. */
const sameMs = 60_000;
/** Largest difference of clocks that is believed, in milliseconds. */
const mostAhead = 60_000;

export function createGathered(): Gathered {
  const windows = createWindows();
  const places = createPlaces();
  const arms = createArmCounts();
  let rows: readonly FrameRow[] = [];
  let news: readonly FrameNews[] = [];
  let changes = 0;
  let seq = 0;
  const addNews = (one: FrameNews): void => {
    // Each process tells of a budget that all share.
    const isKnown = news.some(({ at, text }) => text === one.text && Math.abs(at - one.at) < sameMs);
    if (!isKnown) news = [one, ...news].slice(0, mostNews);
  };
  return {
    get changes() {
      return changes;
    },
    get seq() {
      return seq;
    },
    models: places.names,
    add(part, now) {
      const placeOf = (place: number) => places.of(part.models[place] ?? "");
      const slots = part.slots.map((slot) => slotOfPart(slot, placeOf));
      changes += 1;
      if (part.backTo !== undefined) windows.forgetAfter(part.backTo);
      for (const slot of slots) if (slot.index * finestMs <= now + mostAhead) windows.add(slot);
      const before = seq;
      seq += part.requests;
      // The newest stand first, and have the last numbers.
      const numbered = part.rows
        .map((row, at) => ({ ...row, seq: seq - at }))
        .filter((row) => row.seq > before);
      rows = [...numbered, ...rows].slice(0, mostRows);
      for (const { comparison, arms: counted } of part.arms) arms.sum(comparison, counted);
      part.news.forEach(addNews);
    },
    rows: (after, most) => rows.filter((row) => row.seq > after).slice(0, most),
    view: windows.view,
    arms: arms.read,
    news: () => news.map((one) => ({ ...one, text: shortText(one.text) ?? "" })),
  };
}
