import { basename } from "node:path";
import { createFrames, type Frames } from "../../src/telemetry/dashboard/frames.ts";
import { createRecorder } from "../../src/telemetry/dashboard/recorder.ts";
import { savingOf } from "../../src/telemetry/dashboard/shown-states.ts";
import { followFile } from "./follow-file.ts";
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
  let unreadable = 0;
  const add = (line: string): void => {
    const entry = entryOf(line);
    if (entry === undefined || entry.at > now() + mostAhead) unreadable += 1;
    else if ("request" in entry) {
      recorder.add(entry.at, entry.request);
      saving.add(entry.request);
    } else recorder.addAttempt(entry.at, entry.attempt);
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
      return recorder.changes + unreadable;
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
