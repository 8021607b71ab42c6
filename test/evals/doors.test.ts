import { expect, it } from "vitest";
import { exportedNames } from "../support/exported-names.ts";
import { entrySources } from "../support/package-sources.ts";

/** All names of the door, types too: a change here is a change of what applications import. */
const door = {
  values: `
    ALWAYS_SMALL InsufficientEvidenceError OutcomeFormatError aiq apgr bootstrap calibrate calibrationBins
    calibrationError checkCertificate checkDisjoint clipWeights cohenKappa collect compare contains
    costAtQuality cpt decisionScores describeCertificate doublyRobustTerms effectiveSampleSize
    embeddingSimilarity empiricalBernsteinBound estimateCollect exact exportRecords humanLabels importFile
    importRecords ipsTerms joinAuditFeedback joinDecisions joinFeedback joinHumanLabels jsonDiff jsonForm
    krippendorffAlpha ksDistance ksPValue largeCallRate meanCost meanQuality multipleChoice netSaving normalised
    nullPsi numeric offPolicy oracleCurve oracleQuality orderByScore pairOutcomes pairwiseJudge pgr promptKey
    psi qualityAtCost raterAgreement readClassifier readHumanLabels readOutcomes readSpend readTuning
    recordKeysOf refit regex regret renderReport replay replayCases replayPolicies replayPolicy reportData
    routerCases routingCurve rubricJudge scoreDrift scoreWith scorerName seededRandom showAnnotations showJUnit
    snips snipsTerms splitOutcomes sweep toolCallMatch trainClassifier tuneCategories tunePolicies tuneThreshold
    unitsOf withLogprobChecks writeClassifier writeTuning
  `,
  types: `
    AnyScorer AskedTest BootstrapOptions CacheRules CalibrateOptions Calibration CalibrationBin CalibrationError
    CategoryTuning Certificate CheckCertificateOptions CheckResult CollectEstimate CollectOptions
    CollectProgress CollectedModel Collection CompareOptions Comparison ComparisonMetric ComparisonRow
    ContainsOptions CostQuality CostRange CurvePoint DatasetRecord DecisionScores DecisionScoresOptions
    EmbeddingSimilarityOptions Estimate Estimator ExportOptions ExportReport FeedbackRule GateReport GateVerdict
    GridOptions Guarantee HumanLabel Import ImportOptions ImportReport IntervalOptions JoinHumanLabelsOptions
    JoinOptions JoinReport JoinedAuditFeedback JoinedFeedback JoinedLabels JsonFormOptions JsonLinesOptions
    JudgeCallOptions LoggedDecision LoggedSpend LossTestName MissingOutcomes ModelCalibration ModelEstimate
    ModelOutcomes ModelReport MultipleChoiceOptions NetSaving NetSavingOptions NormalisedOptions NumericOptions
    OffPolicyEstimate OffPolicyOptions OffPolicyReport OffPolicyTarget OffPolicyUnit Outcome OutcomeRecord
    Overlap PairReportOptions PairedOutcomes PairwiseJudgeOptions PlanOverlap Predictions Purpose RatedDecision
    RaterAgreement ReadHumanLabelsOptions ReadSpendOptions RecordKeys RecordText RegexOptions Replay ReplayCase
    ReplayCases ReplayCasesOptions ReplayOptions ReplayPolicyOptions Report ReportOptions RewardReport
    RouterCasesOptions RouterReportOptions RoutingCurve RubricJudgeOptions RubricLevel SavingEstimate Score
    ScoreCut ScoreDrift ScoreDriftOptions ScoreOrder ScoreReference ScoreResult ScoredDecision ScoredToolCall
    Scorer ScorerArgs ScorerFunction Sides SpendRequest Split SplitOptions SplitRecord Statistics StratumOverlap
    Target ToolCallMatchOptions TrainOptions TrainSettings Training TrainingReport TuneOptions TunePoint
    TunePoliciesOptions TuneThresholdOptions TuningFile UnitField
  `,
};

const words = (text: string) => text.trim().split(/\s+/);

it("the door exports these names, and holds no logic", () => {
  expect(exportedNames(entrySources["switchpoint/evals"] as string)).toEqual({
    values: words(door.values),
    types: words(door.types),
  });
});
