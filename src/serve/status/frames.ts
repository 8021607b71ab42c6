import type { DashboardFrame, FrameSource, FrameStates } from "./frame.ts";
import type { Recorder } from "./recorder.ts";
import { summaryOf } from "./summary.ts";
import type { WindowName } from "./window-names.ts";

/** State of a page: it is sent what is new. */
export interface FrameAsked {
  readonly window: WindowName;
  /** Number of its newest row, and of its states. 0: it has none. */
  readonly seq: number;
  readonly statesSeq: number;
}

/** Makes frames of a recording for any number of pages. */
export interface Frames {
  readonly epoch: string;
  /** Grows with each request and event. States may change without it. */
  readonly changes: number;
  /** Never rejects. */
  frame(asked: FrameAsked): Promise<DashboardFrame>;
}

export interface FramesOptions {
  /** Name of a recording that goes on. Default: a random one. */
  readonly epoch?: string | undefined;
  readonly recorder: Pick<Recorder, "changes" | "seq" | "models" | "rows" | "view">;
  /** Time of frames, in milliseconds since the epoch. */
  readonly now: () => number;
  readonly source: () => FrameSource;
  /** Never rejects. */
  readonly readStates: () => Promise<FrameStates>;
}

/** Most rows of a frame: what a page shows at a time. */
const mostRows = 60;
/** Shortest time between two readings of states, in milliseconds. */
const statesMs = 2_000;
/** Time for which sums of the same requests are the same, in milliseconds: then stretches have moved on. */
const sameMs = 1_000;

type Summary = Pick<DashboardFrame, "window" | "totals" | "series"> & {
  readonly changes: number;
  readonly at: number;
};

export function createFrames({
  epoch = crypto.randomUUID(),
  recorder,
  now,
  source,
  readStates,
}: FramesOptions): Frames {
  let states: FrameStates | undefined;
  let statesText = "";
  let statesSeq = 0;
  let readAt = Number.NEGATIVE_INFINITY;
  let reading: Promise<void> | undefined;
  /** Sums by stretch of time: pages that look at the same one share them, as long as nothing was recorded. */
  const summaries = new Map<WindowName, Summary>();
  const summary = (name: WindowName, at: number): Summary => {
    const known = summaries.get(name);
    const { changes } = recorder;
    if (known?.changes === changes && at >= known.at && at - known.at < sameMs) return known;
    const { fromMs, widthMs, ...view } = recorder.view(name, at);
    const made = {
      changes,
      at,
      window: { name, fromMs, widthMs },
      ...summaryOf({ fromMs, widthMs, ...view }, recorder.models),
    };
    summaries.set(name, made);
    return made;
  };
  const renew = async (): Promise<void> => {
    const next = await readStates();
    const text = JSON.stringify(next);
    readAt = performance.now();
    if (text === statesText) return;
    states = next;
    statesText = text;
    statesSeq += 1;
  };
  return {
    epoch,
    get changes() {
      return recorder.changes;
    },
    async frame({ window: name, seq: after, statesSeq: known }) {
      if (performance.now() - readAt >= statesMs) {
        reading ??= renew().finally(() => {
          reading = undefined;
        });
        await reading;
      }
      const at = now();
      const { window, totals, series } = summary(name, at);
      const rows = recorder.rows(after, mostRows);
      return {
        formatVersion: 1,
        epoch,
        seq: recorder.seq,
        at,
        source: source(),
        window,
        totals,
        series,
        rows,
        skipped: Math.max(0, recorder.seq - after - rows.length),
        statesSeq,
        ...(known !== statesSeq && { states }),
      };
    },
  };
}
