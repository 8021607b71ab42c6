/** For the project's other wings: no promise to users. */

export { requestParts } from "./late-parts.ts";
export { strictSchema } from "./output/strict-schema.ts";
export { totalCostUsd } from "./totals.ts";
