/** Types and errors that everything else is written against. No I/O. */
export type { ArmAssignment, ArmShare, UnitDraw } from "./arms.ts";
export type { Batches, BatchItem, BatchResult, BatchStatus, SubmittedBatch } from "./batches.ts";
export type {
  BudgetAccount,
  BudgetAccountOwner,
  BudgetLimit,
  BudgetReset,
  LimitSource,
} from "./budget-account.ts";
export type { CapLift, LiftedCap, UnitLift } from "./cap-lift.ts";
export type {
  AssistantMessage,
  AudioPart,
  ChatMessage,
  ChatRequest,
  ChatTool,
  ChunkChoice,
  ChunkDelta,
  Completion,
  CompletionChoice,
  CompletionChunk,
  CompletionMessage,
  CompletionUsage,
  ContentPart,
  CustomTool,
  CustomToolCall,
  DeveloperMessage,
  FilePart,
  FinishReason,
  FunctionCall,
  FunctionDefinition,
  FunctionMessage,
  FunctionTool,
  FunctionToolCall,
  ImageOutput,
  ImagePart,
  JsonSchema,
  Logprobs,
  MessageExtensions,
  Moderation,
  PromptCacheBreakpoint,
  ReasoningEffort,
  RefusalPart,
  ResponseFormat,
  ServiceTier,
  SystemMessage,
  TextPart,
  TokenLogprob,
  ToolCall,
  ToolCallDelta,
  ToolChoice,
  ToolMessage,
  TopLogprob,
  UrlCitation,
  UserMessage,
} from "./chat.ts";
export type { AnswerRecord, Check, RecordedAnswer, RecordedVerdict } from "./check.ts";
export type { Classification, Classifier } from "./classifier.ts";
export type { BaseId, Constraint, ConstraintContext, Constraints, ExcludableModel } from "./constraint.ts";
export type {
  Attempt,
  CachedFrom,
  CheckVerdict,
  Decision,
  DegradedBy,
  OutputLimited,
  PlanStep,
  RecordedCandidate,
  RecordedError,
} from "./decision.ts";
export {
  AllModelsFailedError,
  BudgetExceededError,
  ClassifierError,
  DeadlineExceededError,
  InsufficientEvidenceError,
  InvalidOptionError,
  InvalidOutputError,
  InvalidRequestError,
  isRouterError,
  LimitExceededError,
  MissingConfigurationError,
  MissingDependencyError,
  NoEligibleModelError,
  notShown,
  OutcomeFormatError,
  type OutputIssue,
  type OutputProblem,
  PolicyError,
  ProviderError,
  type ProviderErrorKind,
  type ProviderErrorOptions,
  RouterError,
  type RouterErrorCode,
  recordError,
  StoreError,
  UnpricedModelsError,
} from "./errors/index.ts";
export type {
  Answered,
  BudgetLimitFailed,
  BudgetNews,
  CalledModel,
  DecisionsLost,
  EscalationEvent,
  EventSink,
  ModelLifeEvent,
  NeverCalled,
  ReadText,
  RouterEvent,
  StoreFailed,
  StoreRecovered,
} from "./events.ts";
export type { FollowOptions, FollowUp } from "./follow-up.ts";
export type { GpuCost, GpuMeterState, GpuMinute, OwnGpu } from "./gpu.ts";
export type { HedgeOptions } from "./hedge-options.ts";
export type { AskedOutput, CallAnswer, Hop, HopContext } from "./hop.ts";
export type { Json } from "./json.ts";
export type {
  AuditChanged,
  DriftFound,
  FeedbackGiven,
  LoopEvent,
  PartsReplaced,
  PromiseChanged,
  ReplacementRefused,
  RolloutChanged,
} from "./loop-events.ts";
export type {
  CallOptions,
  Candidate,
  Capabilities,
  Health,
  Labels,
  LackedCapability,
  Member,
  Model,
  ModelDefaults,
  ModelFacts,
  NeededCapability,
  OrderContext,
  PoolRules,
  RateLimitInfo,
  RoleRule,
} from "./model.ts";
export type { NativeProtocol, NativeRequest } from "./native.ts";
export type {
  Output,
  OutputOf,
  OutputOptions,
  OutputRequest,
  OutputResult,
  OutputSchema,
  OutputStream,
  OutputValidator,
} from "./output.ts";
export type {
  Choice,
  Escalation,
  Policy,
  PolicyContext,
  PolicyCut,
  PolicyOrder,
  Withheld,
} from "./policy.ts";
export type {
  BudgetFacts,
  PolicyDescription,
  PolicyParameters,
  SessionFacts,
  Spend,
} from "./policy-facts.ts";
export type { PolicyInput, PolicyInputRuntime, PolicyInputState } from "./policy-input.ts";
export type {
  Load,
  MemberRecord,
  PoolEvent,
  PoolLoad,
  PoolNews,
  PoolWatch,
  WantedMembers,
} from "./pool.ts";
export type {
  CheaperHours,
  GpuPrice,
  Price,
  PriceChange,
  PriceTerms,
  PriceTier,
  Rates,
  SearchFee,
  ServiceTierPrice,
  UnstackedPart,
} from "./price.ts";
export type { PromiseState, QualityPromise } from "./promise.ts";
export type { ProviderOptions } from "./provider-options.ts";
export type { Purpose, RecordKeys, SplitRecord, UnitField } from "./record-keys.ts";
export type { GoldenRoute, ReleaseName, Replaced, Replacement } from "./replacement.ts";
export type { RecordedFacts, RequestFacts, RequestText, TypedText } from "./request-facts.ts";
export type {
  BreakerOptions,
  BreakerState,
  EndpointLimits,
  FailureClass,
  LearnedLimit,
  LimitOptions,
  RateOptions,
  RetryBudgetOptions,
} from "./resilience.ts";
export type { RouteRequest, Routing } from "./route-request.ts";
export type { RouteResult, RouteStream } from "./route-result.ts";
export type {
  DecideOptions,
  FeedbackDecision,
  FeedbackOptions,
  RouteOptions,
  Router,
} from "./router.ts";
export type {
  EndpointStates,
  HealthState,
  LearnedWindow,
  ObservedFirstToken,
  ObservedHealth,
  ObservedOutcome,
  RouterState,
  SessionState,
  SessionsState,
  SpendAccountState,
  SpendFloorState,
  SpendLimitState,
  SpendState,
  TenantUsageMean,
  UsageMean,
  UsageMeansState,
} from "./router-state.ts";
export type { SharedState } from "./shared-state.ts";
export type { Step, StepKind } from "./step.ts";
export type {
  Amount,
  Granted,
  NotGranted,
  QuotaLimit,
  QuotaState,
  Quotas,
  Records,
  Reservation,
  Settlement,
  Store,
  StoreEntry,
  StoreStatus,
  StoreWrite,
} from "./store.ts";
export type { Tuning } from "./tuning.ts";
export type { Usage } from "./usage.ts";
