import { type ChildSettings, type OnnxChild, OnnxProblem, type OnnxWork, startChild } from "./onnx-child.ts";
import type { OnnxOutputs } from "./scores.ts";

/** Pause after a failed start, in milliseconds: the first, doubled with each one, and the longest. */
const firstPauseMs = 1_000;
const longestPauseMs = 60_000;

/** A process that is started when it is needed, and again if it has ended. */
export interface KeptChild {
  /** Resolves when a model is loaded. Rejects with an `OnnxProblem`. */
  load(): Promise<void>;
  run(work: OnnxWork): Promise<OnnxOutputs>;
  end(): void;
}

/** `check` looks at a process that has loaded, and rejects if it cannot be used. */
export function keepChild(settings: ChildSettings, check: (child: OnnxChild) => Promise<void>): KeptChild {
  let kept: { readonly child: OnnxChild; readonly usable: Promise<void> } | undefined;
  let failure: { readonly problem: unknown; readonly untilMs: number } | undefined;
  let pauseMs = firstPauseMs;
  let isClosed = false;

  const open = async () => {
    if (isClosed) throw new OnnxProblem("is closed");
    if (kept !== undefined && !kept.child.hasEnded()) return kept;
    // A model that cannot be loaded is not loaded again for each request.
    if (failure !== undefined && performance.now() < failure.untilMs) throw failure.problem;
    const started = startChild(settings);
    const usable = started.loaded
      .then(() => check(started))
      .then(
        () => {
          failure = undefined;
          pauseMs = firstPauseMs;
        },
        (problem: unknown) => {
          failure = { problem, untilMs: performance.now() + pauseMs };
          pauseMs = Math.min(2 * pauseMs, longestPauseMs);
          started.end();
          throw problem;
        },
      );
    kept = { child: started, usable };
    return kept;
  };

  return {
    load: async () => (await open()).usable,
    async run(work) {
      const { child, usable } = await open();
      await usable;
      return child.run(work);
    },
    end() {
      isClosed = true;
      kept?.child.end();
    },
  };
}
