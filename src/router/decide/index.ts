/** Decisions on normalised requests. No model of the plan is called. */
export { askMembers, permittedOf } from "./ask-members.ts";
export { type CandidateParts, candidateFor, candidateOf } from "./candidate.ts";
export { canDo, capabilities, notKnown } from "./capabilities.ts";
export { certificationOf, uncertified } from "./certification.ts";
export { decide } from "./decide.ts";
export type { Decided, DecidingPool, DecisionParts } from "./deciding.ts";
export { completed } from "./degrade.ts";
export { checkedLottery, draw } from "./draw.ts";
export { permits } from "./eligible.ts";
export { ownConstraints } from "./own-constraints.ts";
export { planOf } from "./plan-of.ts";
export { policyHash } from "./policy-hash.ts";
export { worstOf } from "./promise-state.ts";
export { isSameModel, type Kin, type KinOf, kinAmong } from "./same-model.ts";
export { checkArms } from "./settle-arms.ts";
export { unknownComparison } from "./unknown-comparison.ts";
export { withNames } from "./with-names.ts";
export { candidatesWithQuality } from "./with-quality.ts";
