import { type Aborting, CallAbort, runAll } from "./call-abort.ts";

/** Functions that wait for one signal, and our only listener to it. */
interface Waiting {
  readonly runs: Set<() => void>;
  readonly listener: () => void;
}

const waiting = new WeakMap<AbortSignal, Waiting>();

/**
 * Calls `run` once when the signal fires; it must not have fired already. Returns a function that ends the
 * wait. However many wait for a signal, it has one listener of ours, and none when none waits: applications
 * share a signal among requests (that of a shutdown, of a batch), and Node warns of a leak from the eleventh
 * listener.
 */
export function onAbort(signal: Aborting, run: () => void): () => void {
  if (signal instanceof CallAbort) return signal.onAbort(run);
  const known = waiting.get(signal) ?? listen(signal);
  // A function of its own for each wait, since the same one may wait twice.
  const entry = () => run();
  known.runs.add(entry);
  return () => {
    if (!known.runs.delete(entry) || known.runs.size > 0) return;
    waiting.delete(signal);
    signal.removeEventListener("abort", known.listener);
  };
}

function listen(signal: AbortSignal): Waiting {
  const runs = new Set<() => void>();
  const listener = () => {
    waiting.delete(signal);
    signal.removeEventListener("abort", listener);
    runAll(runs);
  };
  const known = { runs, listener };
  waiting.set(signal, known);
  signal.addEventListener("abort", listener, { once: true });
  return known;
}
