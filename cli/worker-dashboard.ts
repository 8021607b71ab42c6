import { heldOutCost } from "../src/loop/inner.ts";
import type { Frames } from "../src/serve/status/index.ts";
import { createPartTap, type PartTap, type RouterRecording } from "../src/serve/status/inner.ts";
import type { WorkerLink } from "./worker-link.ts";
import { hasField, type Noted, type Recorded } from "./worker-messages.ts";

/** The dashboard of one worker of several: it tells what it records to the process that started it, and asks that for frames. */
export interface WorkerDashboard {
  /** To be given to the recording. */
  readonly tap: PartTap;
  /** Frames of all workers, for the server. */
  readonly served: Frames;
  /** Tells of this recording from now on: that of another router after a reload. */
  follow(recording: RouterRecording): void;
  close(): void;
}

/** Time between two parts, in milliseconds: what a worker that is killed has not told yet is in no sum. */
const partMs = 100;
/** Time between two looks at the states while a page looks. */
const statesMs = 2_000;
/** Time between two messages of a worker with nothing to tell, while a page looks and while none does. */
const watchedMs = 500;
const quietMs = 5_000;
/** Longest wait for a frame, in milliseconds. */
const frameMs = 5_000;

export function workerDashboard(link: WorkerLink): WorkerDashboard {
  const tap = createPartTap(heldOutCost);
  let recording: RouterRecording | undefined;
  let noted: Noted | undefined;
  let isWaiting = false;
  let isReading = false;
  let statesText = "";
  let statesAt = Number.NEGATIVE_INFINITY;
  let toldAt = Number.NEGATIVE_INFINITY;
  /** New states that are not told yet. */
  let states: Pick<Recorded, "states" | "confidence"> | undefined;

  const readStates = async (from: RouterRecording): Promise<void> => {
    isReading = true;
    statesAt = performance.now();
    try {
      const { saving, arms, news, ...own } = await from.readStates();
      const text = JSON.stringify([own, saving?.confidence]);
      if (text !== statesText) states = { states: own, confidence: saving?.confidence };
      statesText = text;
    } finally {
      isReading = false;
    }
  };
  const tell = (): void => {
    if (recording === undefined) return;
    const now = performance.now();
    const isFirst = statesAt === Number.NEGATIVE_INFINITY;
    if (!isReading && (isFirst || (noted?.isWatched === true && now - statesAt >= statesMs)))
      readStates(recording).catch(() => {});
    // What was told is noted before more is: a process that does not answer must not gather messages.
    if (isWaiting) return;
    const part = tap.take(recording.models);
    if (part === undefined && states === undefined && now - toldAt < (noted?.isWatched ? watchedMs : quietMs))
      return;
    isWaiting = true;
    toldAt = now;
    link.send({ recorded: { part, ...states } });
    states = undefined;
  };
  const off = link.onMessage((message) => {
    if (!hasField(message, "noted")) return;
    noted = message.noted;
    isWaiting = false;
  });
  const timer = setInterval(tell, partMs);
  timer.unref();
  const frames: Frames = {
    get epoch() {
      return noted?.epoch ?? "";
    },
    get changes() {
      return noted?.changes ?? 0;
    },
    frame: async (asked) => {
      const { frame } = await link.ask({ askFrame: asked }, "frame", frameMs);
      return frame;
    },
  };
  return {
    tap,
    served: frames,
    follow(given) {
      recording = given;
    },
    close() {
      clearInterval(timer);
      off();
    },
  };
}
