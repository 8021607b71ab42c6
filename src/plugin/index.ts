/**
 * Door for authors of policies, constraints, checks, classifiers and providers: all contracts, and
 * helpers that are pure and do no I/O. A plug-in needs no other import.
 */
export * from "../contracts/index.ts";
export { askClassifier, type Classified } from "./ask-classifier.ts";
export { checkPrice } from "./check-price.ts";
export { checkTuning } from "./check-tuning.ts";
export { describePolicy } from "./describe-policy.ts";
export { dropPromises } from "./drop-promises.ts";
export { explain } from "./explain.ts";
export type { OptionKind } from "./options/option-kind.ts";
export type { FilledOptions, OptionTable } from "./options/option-table.ts";
export { readOption, readOptions } from "./options/read-options.ts";
export { readState, type StateTable } from "./options/read-state.ts";
export { ratesAt } from "./rates-at.ts";
export { timestamp } from "./timestamp.ts";
