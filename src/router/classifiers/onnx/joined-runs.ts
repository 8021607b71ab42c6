import { onAbort } from "../../../plugin/on-abort.ts";
import { OnnxProblem, type OnnxWork } from "./onnx-child.ts";
import type { OnnxOutputs } from "./scores.ts";

export interface JoinSettings {
  /** Runs the model; never called while a run is under way. */
  readonly run: (inputs: readonly OnnxInput[]) => Promise<OnnxOutputs>;
  readonly maxBatch: number;
  readonly windowMs: number;
  readonly maxPending: number;
}

/** A text, or the ids of its tokens. */
export type OnnxInput = string | readonly number[];

/** Returns the model's outputs for one text. Rejects with an `OnnxProblem`, or with the signal's reason. */
export type RunOne = (input: OnnxInput, signal: AbortSignal) => Promise<Float32Array>;

interface Entry {
  readonly input: OnnxInput;
  readonly succeed: (row: Float32Array) => void;
  readonly fail: (error: unknown) => void;
  /** True while the caller waits for it. */
  waiting: boolean;
}

/**
 * Joins texts that are asked for while a run is under way, or within `windowMs`, into one run of at most `maxBatch`.
 * A text whose caller has left is not run, unless it runs already.
 */
export function joinRuns({ run, maxBatch, windowMs, maxPending }: JoinSettings): RunOne {
  // A set, so that one who leaves is forgotten at once, also while a run hangs.
  const queue = new Set<Entry>();
  let pending = 0;
  let isRunning = false;
  let timer: ReturnType<typeof setTimeout> | undefined;

  const next = () => {
    clearTimeout(timer);
    timer = undefined;
    if (isRunning) return;
    const entries: Entry[] = [];
    for (const entry of queue) {
      if (entries.length === maxBatch) break;
      queue.delete(entry);
      entries.push(entry);
    }
    if (entries.length === 0) return;
    isRunning = true;
    void serve(entries).then(() => {
      isRunning = false;
      next();
    });
  };

  /** Runs the texts and tells each its result. Never rejects. */
  const serve = async (all: readonly Entry[]): Promise<void> => {
    const entries = all.filter(({ waiting }) => waiting);
    if (entries.length === 0) return;
    try {
      const { rows, width, values } = await run(entries.map(({ input }) => input));
      if (rows !== entries.length) throw new OnnxProblem(`gave ${rows} rows for ${entries.length} texts`);
      for (const [at, entry] of entries.entries()) entry.succeed(values.slice(at * width, (at + 1) * width));
    } catch (error) {
      const half = Math.ceil(entries.length / 2);
      if (half < entries.length && error instanceof OnnxProblem && error.ofRun) {
        // One text that the model cannot read must not take the others along.
        await serve(entries.slice(0, half));
        await serve(entries.slice(half));
      } else for (const entry of entries) entry.fail(error);
    }
  };

  return (input, signal) =>
    new Promise((resolve, reject) => {
      signal.throwIfAborted();
      if (pending >= maxPending)
        throw new OnnxProblem(`${maxPending} texts wait or run already (option maxPending)`);
      pending += 1;
      const leave = () => {
        if (!entry.waiting) return false;
        entry.waiting = false;
        queue.delete(entry);
        pending -= 1;
        endWatch();
        return true;
      };
      const entry: Entry = {
        input,
        waiting: true,
        succeed: (row) => void (leave() && resolve(row)),
        fail: (error) => void (leave() && reject(error)),
      };
      const endWatch = onAbort(signal, () => entry.fail(signal.reason));
      queue.add(entry);
      if (queue.size >= maxBatch) next();
      else timer ??= setTimeout(next, windowMs);
    });
}

/** Returns the inputs of a run as the process takes them. */
export function workOf(inputs: readonly OnnxInput[]): OnnxWork {
  return typeof inputs[0] === "string"
    ? { texts: inputs as readonly string[] }
    : { ids: inputs as readonly (readonly number[])[] };
}
