/** For the project's other wings: no promise to users. */

export type { FrameDrift, FrameGuard, FramePromise, FrameRollout, LoopStates } from "./loop-frame.ts";
export { loopReader } from "./loop-reader.ts";
export {
  type LoopSources,
  loopSourceOptions,
  type ShownDrift,
  type ShownPromise,
  type ShownRollout,
} from "./loop-sources.ts";
export { driftOf, rolloutOf } from "./shown-loop.ts";
