import { basename } from "node:path";
import type { RouterEvent } from "../../src/contracts/index.ts";
import type { Frames } from "../../src/serve/status/index.ts";
import { createFrames, createRecorder, newsOf, savingOf } from "../../src/serve/status/inner.ts";
import { followFile } from "./follow-file.ts";
import { createLoggedLoop } from "./logged-loop.ts";
import type { LoggedNews } from "./logged-news.ts";
import { loggedEntry } from "./logged-request.ts";
import { createLoggedSaving } from "./logged-saving.ts";

export interface LogDashboardOptions {
  readonly file: string;
  /** Id of the model that a saving is estimated against. Default: the most expensive permitted one. */
  readonly reference: string | undefined;
  readonly mostBytes: number;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/** Recording of a decision log. */
export interface LogDashboard extends Frames {
  readonly requests: number;
  readonly unreadable: number;
  /** Reads what is new in the file. Rejects with the system's error. */
  read(): Promise<void>;
  close(): Promise<void>;
}

/** Largest difference of clocks that is believed, in milliseconds: a decision of next year would hide all others. */
const mostAhead = 300_000;

/** Opens a decision log. Rejects with the system's error. */
export async function logDashboard({
  file,
  reference,
  mostBytes,
  now,
}: LogDashboardOptions): Promise<LogDashboard> {
  const recorder = createRecorder({ reference });
  const saving = createLoggedSaving();
  const loop = createLoggedLoop();
  let unreadable = 0;
  let states = 0;
  const note = (at: number, event: LoggedNews): void => {
    if (event.type === "feedback-given") {
      saving.rate(event.decisionId, event.quality, event.arms);
      states += 1;
      return;
    }
    loop.note(at, event);
    // Its fields are those that are read of such an event.
    const news = newsOf(event as RouterEvent);
    if (news !== undefined) recorder.addNews({ at, ...news });
  };
  const add = (line: string): void => {
    const entry = entryOf(line);
    if (entry === undefined || entry.at > now() + mostAhead) unreadable += 1;
    else if ("request" in entry) {
      recorder.add(entry.at, entry.request);
      saving.add(entry.request);
    } else if ("attempt" in entry) recorder.addAttempt(entry.at, entry.attempt);
    else if ("event" in entry) note(entry.at, entry.event);
    else {
      loop.set(entry.at, entry.loop);
      states += 1;
    }
  };
  const followed = await followFile(file, {
    mostBytes,
    onLine: add,
    onTooLong: () => {
      unreadable += 1;
    },
  });
  const { epoch, frame } = createFrames({
    recorder,
    now: () => recorder.newest ?? now(),
    source: () => ({
      kind: "log",
      name: basename(file),
      since: recorder.first,
      requests: recorder.seq,
      unreadable,
      skippedBytes: followed.skippedBytes,
    }),
    readStates: async () => {
      const holdOut = saving.holdOut();
      return {
        saving: holdOut && savingOf(holdOut),
        ...loop.states(recorder.newest ?? now()),
        budgets: recorder.budgets(),
        pools: recorder.pools(),
        arms: recorder.arms(),
        news: recorder.news(),
        unreadable: [],
      };
    },
  });
  return {
    epoch,
    frame,
    get changes() {
      return recorder.changes + unreadable + states;
    },
    get requests() {
      return recorder.seq;
    },
    get unreadable() {
      return unreadable;
    },
    read: followed.read,
    close: followed.close,
  };
}

function entryOf(line: string): ReturnType<typeof loggedEntry> {
  try {
    return loggedEntry(JSON.parse(line));
  } catch {
    return undefined;
  }
}
