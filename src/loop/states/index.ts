/** States of the loop: what a log writes of them, and a page shows. */

export type { FrameDrift, FrameGuard, FramePromise, FrameRollout, LoopStates } from "./loop-frame.ts";
export { type LoopReading, loopReader } from "./loop-reader.ts";
export {
  checkLoopSources,
  checkSource,
  type LoopSources,
  type ShownDrift,
  type ShownPromise,
  type ShownRollout,
  type ShownRolloutStatus,
} from "./loop-sources.ts";
export { type LoopStatesOptions, loopStates } from "./loop-states.ts";
export { driftOf, promiseOf, rolloutOf } from "./shown-loop.ts";
