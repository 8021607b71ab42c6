/** For the project's other wings: no promise to users. */

export { createMeasuredArm, type MeasuredArm } from "./measured-arm.ts";
export { heldOutCost, minus, savedShareOf } from "./measured-saving.ts";
export { judge } from "./rollout/judge.ts";
export { suspicion } from "./rollout/verdict.ts";
export { mostBegun, wealthOfParts } from "./statistics/begun.ts";
export { createUnits, type Units } from "./units/units.ts";
