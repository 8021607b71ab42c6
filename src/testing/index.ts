/** Conformance suites and fakes, for parts that you write and for ours. Independent of any test runner. */

export { type CandidateParts, candidateOf } from "./candidate-of.ts";
export { type CheckSetup, checkConformance } from "./check-conformance.ts";
export { type ClassifierSetup, classifierConformance } from "./classifier-conformance.ts";
export { type CompletionParts, completionOf } from "./completion-of.ts";
export type { ConformanceCase } from "./conformance-case.ts";
export { type ConstraintSetup, constraintConformance } from "./constraint-conformance.ts";
export { factsOf } from "./facts-of.ts";
export { type EngineProfile, smallProfile } from "./fake-engine/engine-profile.ts";
export type { MetricsDialect } from "./fake-engine/metrics-text.ts";
export {
  type FakeEngine,
  type FakeEngineOptions,
  serveFakeEngine,
} from "./fake-engine/serve-fake-engine.ts";
export { type FakeAnswer, type FakeModel, type FakeModelOptions, fakeModel } from "./fake-model.ts";
export type { GoldenRequest } from "./golden-requests.ts";
export { type GoldenRoutesResult, type GoldenRoutesSetup, goldenRoutes } from "./golden-routes.ts";
export type { GoldenRoute } from "./golden-snapshot.ts";
export { type OptionsSetup, optionConformance } from "./option-conformance.ts";
export { type PolicySetup, policyConformance } from "./policy-conformance.ts";
export { providerConformance } from "./provider-conformance.ts";
export type {
  FailureKind,
  RecordedRequest,
  Scenario,
  ScenarioAnswer,
  ScenarioFailure,
  ScenarioToolCall,
} from "./provider-scenario.ts";
export type {
  ProviderFeature,
  ProviderSetup,
  ServedModel,
  ServeSettings,
} from "./provider-setup.ts";
export {
  type ScenarioServer,
  type ScenarioWire,
  serveScenario,
  type WireReply,
  type WireStream,
} from "./scenario-server.ts";
export type { StoreSetup } from "./store-case.ts";
export { storeConformance } from "./store-conformance.ts";
