import { InvalidOptionError } from "../../contracts/index.ts";
import type { StateLines } from "../../contracts/ports/index.ts";
import { type OptionTable, readOptions } from "../../plugin/index.ts";
import { nodeBuiltin } from "../../plugin/node-builtin.ts";
import { createIntake, type DecisionLog } from "./intake.ts";
import { lateFileWriter } from "./late-file-writer.ts";
import { type LineOptions, lineMaker, lineOptions } from "./log-line.ts";
import { type RotationOptions, readRotation, rotationOptions } from "./rotation-options.ts";

export interface DecisionLogOptions extends LineOptions {
  /** File to append to; created if it does not exist. Several processes may write to it. */
  readonly file: string;
  /**
   * Maximum number of decisions waiting to be written; further ones are dropped, counted and reported. So are
   * those beyond 128 million characters. Default 100,000: five seconds at 20,000 a second, in about 125 MB.
   */
  readonly maxQueued?: number | undefined;
  /**
   * Puts the file aside when it is large or old, as `decisions.20261127T135403123Z-0a1b2c.jsonl` in the same folder, and removes the
   * oldest of those. All processes that write to the file should be given the same. Default: one file, which grows.
   */
  readonly rotate?: RotationOptions | undefined;
  /**
   * States of promises, rollouts and the drift monitor, `loopStates({ … })` of `switchpoint/loop`, so that `switchpoint
   * watch` shows them: lines of their own, when they change. Default: their events alone.
   */
  readonly loop?: StateLines | undefined;
}

export const decisionLogOptions: OptionTable<DecisionLogOptions, "hashKey" | "rotate" | "loop"> = {
  file: { is: "text" },
  maxQueued: { is: "number", min: 1, integer: true, default: 100_000 },
  rotate: { is: "table", of: rotationOptions, optional: true },
  loop: {
    is: "object",
    methods: ["open"],
    optional: true,
    expected: 'loopStates({ promises, rollouts, drift }) of "switchpoint/loop"',
  },
  ...lineOptions,
};

/** Lines that are written at once: a disk takes them in one step. */
const batch = { lines: 10_000, characters: 1_000_000 };

/**
 * Creates a log that writes one JSON line for each decided request: the decision with its attempts, usage,
 * cost and error. It never blocks or fails a request. Pass it as `onEvent`; `router.close()` flushes it. Throws
 * `InvalidOptionError` where there is no file system.
 *
 * A paid call that belongs to no such line gets one of its own, `{ decisionId, tenant?, attempt }`: calls of
 * `decide()`, of requests that failed before they were decided, of streams that were never read, and calls that ended
 * after their request. So each attempt is in the log, in most cases once: its `id` identifies it.
 *
 * Lines are written after 5 ms, or when 500 wait. A disk that refuses them is tried again for ten seconds, then
 * what waits is dropped. A process that is killed loses what waits, at most `maxQueued` and the megabyte that is being
 * written, and may cut its last line. A loss is reported at the first decision, then at most once a minute: by the
 * router's event `decisions-lost`, and the first time by a warning of the process (code `SWITCHPOINT_DECISIONS_LOST`).
 */
export function decisionLog(options: DecisionLogOptions): DecisionLog {
  const read = readOptions("decisionLog", decisionLogOptions, options);
  const { file, maxQueued, rotate, loop } = read;
  const rotation = rotate === undefined ? undefined : readRotation("decisionLog.rotate", rotate);
  const lineOf = lineMaker("decisionLog", read);
  if (nodeBuiltin("node:fs/promises") === undefined)
    throw new InvalidOptionError(
      "decisionLog.file",
      file,
      "left out where there is no file system, as in Workers and edge functions: pass a function of your own as onEvent",
    );
  return createIntake({
    owner: "decisionLog",
    file,
    maxQueued,
    loop,
    lineOf,
    writer: lateFileWriter(file, rotation),
    batch,
  });
}
