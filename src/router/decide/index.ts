/** Decisions on normalised requests. No model of the plan is called. */
export { askMembers, type DecidingPool, memberCandidate } from "./ask-members.ts";
export { permittedOf } from "./ask-pools.ts";
export { type CandidateParts, candidateFor } from "./candidate.ts";
export { capabilities } from "./capabilities.ts";
export { certificationOf, uncertified } from "./certification.ts";
export { checkedLottery } from "./check-choice.ts";
export { decide } from "./decide.ts";
export type { Decided, DecisionParts } from "./deciding.ts";
export { permits } from "./eligible.ts";
export { ownConstraints } from "./own-constraints.ts";
export { policyHash } from "./policy-hash.ts";
export { worstOf } from "./promise-state.ts";
export { isSameModel, type KinOf, kinAmong } from "./same-model.ts";
export { checkArms } from "./settle-arms.ts";
export { unknownComparison } from "./unknown-comparison.ts";
