export { type BoundaryOptions, type BoundaryTable, boundary, type LabelValues } from "./boundary.ts";
export { except } from "./except.ts";
export { healthy } from "./healthy.ts";
export { type MaxCostOptions, maxCost } from "./max-cost.ts";
export { only } from "./only.ts";
export { type ProviderToolsOptions, providerTools } from "./provider-tools.ts";
export { type SafetyFloorOptions, safetyFloor } from "./safety-floor.ts";
export { type StartsWithinOptions, startsWithin } from "./starts-within.ts";
