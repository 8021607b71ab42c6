export { always } from "./always.ts";
export { firstOf } from "./first-of.ts";
export { random } from "./random.ts";
export { type ThresholdOptions, threshold } from "./threshold.ts";
