import type { Cluster, Worker } from "node:cluster";
import type { FrameAsked } from "../src/serve/status/index.ts";
import {
  createFrames,
  createGathered,
  type FrameStates,
  mergeStates,
  type ProcessStates,
  savingOf,
  windowNames,
} from "../src/serve/status/inner.ts";
import { createLoggedSaving } from "./watch/logged-saving.ts";
import { type FromWorker, hasField, type Recorded, type ToWorker } from "./worker-messages.ts";

/** Time for which a worker reads its states after a page has looked, in milliseconds. */
const watchedMs = 15_000;

/**
 * Adds up what the workers of a server record, in the process that started them, and answers for their pages. The sums of a
 * worker that dies stay; its states go with it.
 */
export function gatherDashboards(cluster: Cluster): void {
  const gathered = createGathered();
  const saving = createLoggedSaving();
  /** By id of the worker, the one that told last at the end. */
  const states = new Map<number, ProcessStates>();
  const since = Date.now();
  let confidence: number | undefined;
  let lookedAt = Number.NEGATIVE_INFINITY;

  const readStates = async (): Promise<FrameStates> => {
    const holdOut = confidence === undefined ? undefined : saving.holdOut(confidence);
    return {
      ...mergeStates([...states.values()].reverse()),
      saving: holdOut && savingOf(holdOut),
      arms: gathered.arms(),
      news: gathered.news(),
    };
  };
  const frames = createFrames({
    recorder: gathered,
    now: Date.now,
    source: () => ({ kind: "router", since, requests: gathered.seq, processes: states.size }),
    readStates,
  });
  const note = (worker: number, { part, states: own, confidence: given }: Recorded): void => {
    if (own !== undefined) {
      // Throws for what would fail at each frame.
      mergeStates([own]);
      states.delete(worker);
      states.set(worker, own);
      confidence = given;
    }
    if (part === undefined) return;
    gathered.add(part, Date.now());
    for (const [comparison, arm, unitHash, costUsd, failed] of part.measured)
      saving.count(comparison, arm, unitHash, costUsd ?? undefined, failed === 1);
    for (const [decision, comparison, arm, unitHash, quality] of part.ratings)
      saving.rate(decision, quality, [{ comparison, arm, unitHash, share: 0, draw: 0 }]);
  };
  const answer = (worker: Worker, message: ToWorker): void => {
    // One that dies meanwhile asks no more.
    if (worker.isConnected()) worker.send(message, () => {});
  };
  cluster.on("message", (worker, message: FromWorker) => {
    try {
      if (hasField(message, "recorded")) {
        const isWatched = performance.now() - lookedAt < watchedMs;
        try {
          note(worker.id, message.recorded);
        } finally {
          // Else it would wait without end.
          answer(worker, { noted: { epoch: frames.epoch, changes: frames.changes, isWatched } });
        }
      } else if (hasField(message, "askFrame")) {
        const { id, askFrame } = message;
        lookedAt = performance.now();
        // A rejection that is not handled would end this process, and with it all workers.
        frames
          .frame(checked(askFrame))
          .then((frame) => answer(worker, { frame, id }))
          .catch(() => {});
      }
    } catch {
      // A config can send any message in the name of its worker.
    }
  });
  // Not at its exit: messages that it sent before may still come.
  cluster.on("disconnect", ({ id }) => states.delete(id));
}

function checked({ window, seq, statesSeq }: FrameAsked): FrameAsked {
  return {
    window: windowNames.find((name) => name === window) ?? "1h",
    seq: Number(seq) || 0,
    statesSeq: Number(statesSeq) || 0,
  };
}
