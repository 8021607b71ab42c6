/** For the project's other wings: no promise to users. */

export { type RouterRecording, recordRouter } from "./dashboard.ts";
export type { EndedAttempt, EndedDecision, EndedRequest } from "./ended-request.ts";
export type {
  FrameDrift,
  FrameGuard,
  FramePromise,
  FrameRollout,
  FrameSaving,
  FrameStates,
} from "./frame.ts";
export { createFrames } from "./frames.ts";
export { createGathered } from "./gathered.ts";
export { mergeLoop } from "./merge-loop.ts";
export { mergeStates, type ProcessStates } from "./merge-states.ts";
export { newsOf } from "./news-of.ts";
export type { Part } from "./part.ts";
export { createPartTap, type PartTap } from "./part-tap.ts";
export { createRecorder } from "./recorder.ts";
export { savingOf } from "./shown-states.ts";
export { windowNames } from "./window-names.ts";
