/** Policies, which choose; constraints, which hold for each of them; checks, which judge answers. */

export { always } from "./always.ts";
export { type BudgetAwareOptions, budgetAware } from "./budget-aware.ts";
export { type ByTaskOptions, byTask } from "./by-task.ts";
export { type CascadeOptions, cascade } from "./cascade.ts";
export { cheapestAbove } from "./cheapest-above.ts";
export * from "./checks/index.ts";
export * from "./constraints/index.ts";
export { type ExploreOptions, explore } from "./explore.ts";
export { firstOf } from "./first-of.ts";
export { type GuardedOptions, guarded } from "./guarded.ts";
export { housekeeping } from "./housekeeping.ts";
export type { WatchedBy } from "./internal/escalation/unit-key.ts";
export type { ModelOrPolicy } from "./internal/nested.ts";
export { type MixPart, mix } from "./mix.ts";
export { type OverrideOptions, override } from "./override.ts";
export { random } from "./random.ts";
export { type Rule, type RuleConditions, rules } from "./rules.ts";
export { type SpillOverOptions, spillOver } from "./spill-over.ts";
export { type StickyOptions, sticky } from "./sticky.ts";
export {
  type FixedThresholdOptions,
  type ShareThresholdOptions,
  type ThresholdOptions,
  threshold,
} from "./threshold.ts";
export { type TiersOptions, tiers } from "./tiers.ts";
export { type UtilityOptions, utility } from "./utility.ts";
export { type Condition, when } from "./when.ts";
