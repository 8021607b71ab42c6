/** States of the loop, for the log that writes them and the page that shows them: no promise to users. */

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
