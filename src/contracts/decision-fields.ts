import type { ArmAssignment } from "./arms.ts";
import type { Classification } from "./classifier.ts";
import type {
  Attempt,
  CachedFrom,
  CheckVerdict,
  Decision,
  PlanStep,
  RecordedCandidate,
  RecordedError,
} from "./decision.ts";
import type { FieldsOf } from "./fields.ts";
import type { BudgetFacts } from "./policy-facts.ts";
import type { RecordedFacts } from "./request-facts.ts";

/**
 * The fields of decisions and attempts, once: events are frozen, logs written and lines read by these descriptions. A new
 * field is described here and given its value where it is recorded; all else follows.
 */

const text = { kind: "text" } as const;
const name = { kind: "name", needed: true } as const;
const number = { kind: "number" } as const;
const amount = { kind: "amount" } as const;
const flag = { kind: "flag" } as const;
const flat = { kind: "flat" } as const;
const data = { kind: "data" } as const;

const planStepFields: FieldsOf<PlanStep> = { model: text, unless: text };

const classificationFields: FieldsOf<Classification> = {
  complexity: number,
  category: text,
  quality: flat,
  signals: flat,
};

/** Facts of the request, without its texts. */
export const recordedFactsFields: FieldsOf<RecordedFacts> = {
  askCharacters: number,
  characters: number,
  inputTokens: number,
  inputTokensExact: flag,
  mostInputTokens: number,
  expectedOutputTokens: number,
  maxOutputTokens: number,
  turns: number,
  tools: number,
  images: number,
  protocol: text,
  providerTools: flat,
  providerState: flat,
  contentTypes: flat,
  toolLoopPending: flag,
  step: flat,
  jsonSchema: flag,
  reasoningEffort: text,
  session: { kind: "text", personal: true },
  tenant: { kind: "text", personal: true },
  labels: { kind: "flat", personal: true },
  category: text,
  language: text,
  codingAgent: text,
};

export const candidateFields: FieldsOf<RecordedCandidate> = {
  model: text,
  permitted: { kind: "permission" },
  estimatedInputTokens: number,
  estimatedCostUsd: number,
  leastCostUsd: number,
  leastTokens: number,
  usualOutputTokens: number,
  estimatedQuality: number,
  health: flat,
  load: data,
  gpu: data,
  members: data,
  withheld: text,
  unknown: flat,
};

const budgetFields: FieldsOf<BudgetFacts> = {
  name: text,
  unit: text,
  used: number,
  limit: number,
  resetsAt: number,
};

const armFields: FieldsOf<ArmAssignment> = {
  comparison: name,
  arm: name,
  share: number,
  unitHash: text,
  draw: number,
};

export const decisionFields: FieldsOf<Decision> = {
  id: { kind: "name", needed: true, expected: "a non-empty string: is it a decision log?" },
  at: { kind: "date", needed: true },
  model: name,
  plan: { kind: "list", of: planStepFields, needed: true, least: 1, expected: "a non-empty array" },
  insteadOf: { kind: "list", of: planStepFields, expected: "an array of steps" },
  fallbacks: flat,
  request: { kind: "record", of: recordedFactsFields, needed: true },
  classification: { kind: "record", of: classificationFields },
  classifierError: text,
  candidates: { kind: "list", of: candidateFields, needed: true },
  session: flat,
  sessionUnknown: text,
  spend: flat,
  budgets: { kind: "list", of: budgetFields },
  degraded: flat,
  inputs: data,
  arms: {
    kind: "list",
    of: armFields,
    expected: "an array of arms, each with the names of its comparison and of itself",
  },
  release: text,
  draw: number,
  policy: { kind: "data", needed: true, constant: true, expected: "an object { name, parameters }" },
  reason: text,
  expectedCostUsd: number,
  propensity: { kind: "probability", needed: true },
  forced: { kind: "flag", needed: true },
  certified: flag,
  uncertified: text,
  versions: { kind: "flat", needed: true, constant: true },
};

export const errorFields: FieldsOf<RecordedError> = {
  code: text,
  message: text,
  kind: text,
  status: number,
  requestId: text,
  retryable: flag,
  retryAfterMs: number,
  lacks: text,
  contextWindow: number,
};

const verdictFields: FieldsOf<CheckVerdict> = { name: text, accepted: flag, error: text, note: text };

const cachedFields: FieldsOf<CachedFrom> = {
  attemptId: text,
  ageMs: number,
  savedUsage: data,
  savedCostUsd: number,
};

export const attemptFields: FieldsOf<Attempt> = {
  id: text,
  model: name,
  name,
  endpoint: text,
  member: text,
  hop: name,
  startedAt: text,
  firstTokenMs: number,
  latencyMs: number,
  usage: flat,
  costUsd: amount,
  costEstimated: flag,
  ownGpu: flag,
  servedModel: text,
  substituted: text,
  pricedAs: text,
  costSource: text,
  atLeastUsd: amount,
  engineMs: number,
  unpriced: text,
  finishReason: text,
  limited: flat,
  dropped: flat,
  error: { kind: "record", of: errorFields },
  check: { kind: "record", of: verdictFields },
  cached: { kind: "record", of: cachedFields },
  next: text,
};
