/** For the project's other wings: no promise to users. */

export { expectedCostUsd, mostCostUsd, outputLimitOf } from "./call-cost.ts";
export { catalogueDate, completeFacts, lookUpModel, lookUpName } from "./catalogue.ts";
export { costOf, estimateCost } from "./cost-of.ts";
export { estimateTokens } from "./estimate-tokens.ts";
export { lifeOf, type ModelLife } from "./model-life.ts";
export { pricing } from "./plain-pricing.ts";
export { priceAt, termsAt } from "./price-at.ts";
export { usageOf } from "./usage-of.ts";
