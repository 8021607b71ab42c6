import { expect, test } from "vitest";
import * as main from "../../src/index.ts";
import * as loop from "../../src/loop/index.ts";
import * as plugin from "../../src/plugin/index.ts";
import { exportedNames } from "../support/exported-names.ts";
import { entrySources } from "../support/package-sources.ts";

const namesOf = (door: string) => exportedNames(entrySources[door] as string);
const words = (text: string) => text.trim().split(/\s+/);

// A name that is added here is a promise to applications; one that goes breaks them: see CHANGELOG.md.
const mainDoor = {
  values: words(`
    AllModelsFailedError BudgetExceededError DeadlineExceededError InvalidOptionError InvalidOutputError
    InvalidRequestError LimitExceededError MissingConfigurationError MissingDependencyError
    NoEligibleModelError PolicyError ProviderError RouterError configure createRouter decisionLog
    defaultRouter efforts environmentRouter explain isRouterError route spendMeter
  `),
  types: words(`
    Attempt BudgetOptions CacheOptions ChatRequest Check Classifier Completion CompletionChunk Constraint
    DecideOptions Decision DecisionLog DecisionLogOptions DegradeOptions Environment EventSink
    ExecutionOptions Model NamedSpendRow Output OutputOf OutputOptions OutputRequest OutputResult OutputStream Policy Price RouteOptions RouteRequest RouteResult RouteStream
    Router RouterErrorCode RouterEvent RouterOptions RouterState SpendGroup SpendMeter SpendMeterOptions
    SpendReport SpendRow Tuning Usage
  `),
};

const pluginDoor = {
  values: words(`
    AllModelsFailedError BudgetExceededError ClassifierError DeadlineExceededError
    InsufficientEvidenceError InvalidOptionError InvalidOutputError InvalidRequestError LimitExceededError
    MissingConfigurationError MissingDependencyError NoEligibleModelError OutcomeFormatError PolicyError
    ProviderError RouterError StoreError UnpricedModelsError askClassifier checkPrice
    checkTuning describePolicy dropPromises explain isRouterError notShown ratesAt readOption readOptions readState recordError timestamp
  `),
  types: words(`
    Amount AnswerRecord Answered ArmAssignment ArmShare AskedOutput AssistantMessage Attempt AudioPart AuditChanged BaseId BatchItem BatchResult BatchStatus Batches
    BreakerOptions BreakerState BudgetAccount BudgetAccountOwner BudgetFacts BudgetLimit BudgetLimitFailed BudgetNews BudgetReset
    CachedFrom CallAnswer CallOptions CalledModel Candidate CapLift Capabilities ChatMessage ChatRequest ChatTool CheaperHours Check
    CheckVerdict Choice ChunkChoice ChunkDelta Classification Classified Classifier Completion
    CompletionChoice CompletionChunk CompletionMessage CompletionUsage Constraint ConstraintContext
    Constraints ContentPart CustomTool CustomToolCall DecideOptions Decision DecisionsLost DegradedBy
    DeveloperMessage DriftFound EndpointLimits EndpointStates Escalation EscalationEvent EventSink ExcludableModel FailureClass FeedbackDecision FeedbackGiven FeedbackOptions FilePart FilledOptions FinishReason FollowOptions FollowUp FunctionCall FunctionDefinition FunctionMessage FunctionTool FunctionToolCall GoldenRoute GpuCost GpuMeterState GpuMinute GpuPrice
    Granted Health HealthState HedgeOptions Hop HopContext ImageOutput ImagePart Json JsonSchema Labels LackedCapability LearnedLimit LearnedWindow LiftedCap
    LimitOptions LimitSource Load Logprobs LoopEvent Member MemberRecord MessageExtensions Model ModelDefaults ModelFacts ModelLifeEvent Moderation NativeProtocol NativeRequest NeededCapability
    NeverCalled NotGranted 
    ObservedFirstToken ObservedHealth ObservedOutcome OptionKind OptionTable OrderContext Output OutputIssue OutputLimited OutputOf OutputOptions OutputProblem OutputRequest OutputResult OutputSchema OutputStream OutputValidator OwnGpu PartsReplaced PlanStep Policy PolicyContext PolicyCut PolicyDescription PolicyInput PolicyInputRuntime PolicyInputState PolicyOrder PolicyParameters PoolEvent PoolLoad PoolNews PoolRules PoolWatch Price PriceChange
    PriceTerms PriceTier PromiseChanged PromiseState PromptCacheBreakpoint ProviderErrorKind ProviderErrorOptions
    ProviderOptions Purpose QualityPromise QuotaLimit QuotaState Quotas RateLimitInfo RateOptions Rates
    ReadText ReasoningEffort RecordKeys RecordedAnswer RecordedCandidate RecordedError RecordedFacts
    RecordedVerdict Records RefusalPart ReleaseName Replaced Replacement ReplacementRefused RequestFacts RequestText Reservation ResponseFormat
    RetryBudgetOptions RoleRule RolloutChanged RouteOptions RouteRequest RouteResult RouteStream Router RouterErrorCode
    RouterEvent RouterState Routing SearchFee ServiceTier ServiceTierPrice SessionFacts SessionState SessionsState
    Settlement SharedState Spend SpendAccountState SpendFloorState SpendLimitState SpendState SplitRecord StateTable Step StepKind Store StoreEntry StoreFailed
    StoreRecovered StoreStatus StoreWrite SubmittedBatch SystemMessage TenantUsageMean TextPart
    TokenLogprob ToolCall ToolCallDelta ToolChoice ToolMessage TopLogprob Tuning TypedText UnitDraw UnitField UnitLift
    UnstackedPart UrlCitation Usage UsageMean UsageMeansState UserMessage WantedMembers Withheld
  `),
};

const loopDoor = {
  values: words(`
    aborts auditJudge auditedRecords cost createAudit createDriftMonitor createHoldOut createPromise createRelease
    createRollout
    degraded diffReleases errors escalations followRelease keepPromise latency loopStates parseRelease
    publishRelease quality readRelease rolloutPolicy saferThreshold saltFingerprint
    saving sharePromise verifyRelease watchTuning
  `),
  types: words(`
    ApartRecords Audit AuditJudgeOptions AuditOptions AuditScore AuditScorer AuditSkip AuditStatus AuditedAnswers
    AuditedRecord CategoryStanding ComparedArm CostGuardOptions DecidedBecause Deployment
    DeploymentDifference DriftAlarm DriftFinding DriftMonitor DriftOptions DriftReference DriftState
    DriftStatus FeedbackStatus FinishedRequest FollowReleaseOptions Guard GuardEvidence GuardPoint
    GuardStatus HoldOut HoldOutOptions JudgedStage KeepPromiseOptions LatencyGuardOptions
    LivePromise LivePromiseState LoopStatesOptions MeasuredArmReport MeasuredGuardOptions MeasuredMean PromiseInput PromiseOptions
    PromiseReport PromiseSnapshot PublishReleaseOptions Published QualityGuardOptions RatedQuality
    Release ReleaseCertificate ReleaseDifference ReleaseFollower ReleaseOptions ReleaseParts
    ReleasedDefaults ReleasedModel ReleasedPrompt Releases RequestCounts Rollout RolloutDelay RolloutOptions
    RolloutPolicyOptions RolloutSalt RolloutSnapshot RolloutStage RolloutState RolloutStateName
    RolloutStatus RolloutUnit RolloutVerdict SaferThresholdOptions SavingOptions
    SavingReport ScoringHop ShadowStatus ShareGuardOptions SharePromiseOptions SharedPromise
    Standing StandingState TunedCurve TuningWatch Verdict Verification WatchTuningOptions
  `),
};

// Each is one wing or one kind of plug-in. One below another needs a package when it is imported, or is a group of providers.
test("the package has these doors", () => {
  expect(Object.keys(entrySources).map((door) => door.replace(/^switchpoint/, "."))).toEqual(
    words(`
      . ./policies ./classifiers ./providers/engines ./providers/transport ./providers/pools ./providers/* ./fleet ./loop
      ./serve ./clients ./clients/langchain ./evals ./plugin ./testing
    `),
  );
});

test("the main door shows what an application needs, name by name", () => {
  expect(namesOf("switchpoint")).toEqual(mainDoor);
  expect(Object.keys(main).sort()).toEqual(mainDoor.values);
});

test("the door for authors shows all contracts and the helpers", () => {
  expect(namesOf("switchpoint/plugin")).toEqual(pluginDoor);
  expect(Object.keys(plugin).sort()).toEqual(pluginDoor.values);
});

test("the door of the loop shows its parts, and what they take and return", () => {
  expect(namesOf("switchpoint/loop")).toEqual(loopDoor);
  expect(Object.keys(loop).sort()).toEqual(loopDoor.values);
});

test.each([
  [
    "switchpoint/serve",
    `alarms authoriseByKeys budgetBurn createHandler createKey dashboard driftActive otel prometheus promiseAtRisk
     quantileAbove rateAbove readKeys serve webhook`,
    `AlarmNews AlarmRule Alarms AlarmsOptions BudgetBurnOptions Cell Dashboard DashboardFrame DashboardOptions Family
     FamilyShape FamilyType FrameAsked Frames Handler HandlerOptions Identity Judged KeyRecord MetricsOptions Notify Otel
     OtelOptions Prometheus QuantileAboveOptions RateAboveOptions Reading RunningServer SeriesName SeriesRead ServeOptions
     ShownDrift ShownHoldOut ShownPromise ShownRollout Upstream WatchedDrift WatchedPromise WatchedRollout WebhookOptions`,
  ],
  [
    "switchpoint/clients",
    "aiSdk anthropicClient fromAiSdk wrapOpenAI",
    "AiSdkModel AiSdkOptions AiSdkProvider ForeignModel FromAiSdkOptions RoutedClientOptions RoutingOptions",
  ],
  ["switchpoint/clients/langchain", "ChatRouter", "ChatRouterCallOptions ChatRouterOptions"],
])("the door %s shows these names alone", (door, values, types) => {
  expect(namesOf(door)).toEqual({ values: words(values), types: words(types) });
});

test("a name at two doors is one thing", async () => {
  const things = new Map<string, { readonly door: string; readonly thing: unknown }>();
  const twice: string[] = [];
  for (const [door, source] of Object.entries(entrySources)) {
    // Each provider is a door of its own, which has its name; LangChain keeps a registry in the process.
    if (source.includes("*") || door === "switchpoint/clients/langchain") continue;
    const shown: Readonly<Record<string, unknown>> = await import(source);
    for (const [name, thing] of Object.entries(shown)) {
      const earlier = things.get(name);
      things.set(name, earlier ?? { door, thing });
      if (earlier !== undefined && earlier.thing !== thing) twice.push(`${name}: ${earlier.door}, ${door}`);
    }
  }
  expect(twice).toEqual([]);
});
