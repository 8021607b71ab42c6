/** Parts of a request from its decision on. Loaded once there is a router, not when the package is imported. */

export { createTell } from "../budget/tell.ts";
export { createResponseCache } from "../cache/index.ts";
export { generate, readAnswer, replayAnswer } from "../call/index.ts";
export { createPricing } from "../cost/pricing.ts";
export { decide } from "../decide/index.ts";
export { answerFromCache, cacheKeyOf, keepAnswer } from "./answer-from-cache.ts";
export { answeredBy } from "./answered-by.ts";
export { estimatesOf } from "./estimates.ts";
export { executionOf } from "./execution-of.ts";
export { holdGoldenRoutes } from "./golden-routes.ts";
export { endHop, isLate, openHop } from "./hop-context.ts";
export { validOutput } from "./output/invalid-output.ts";
