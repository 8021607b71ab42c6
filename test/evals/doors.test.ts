import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";

/** All names of each door, types too: a change here is a change of what applications import. */
const doors = {
  "evals/index.ts": `
    ALWAYS_SMALL AskedTest CacheRules CalibrateOptions Calibration CategoryTuning
    Certificate CheckCertificateOptions CheckResult CollectEstimate CollectOptions CollectProgress
    CollectedModel Collection CompareOptions Comparison ComparisonMetric ComparisonRow DatasetRecord
    DecisionScores DecisionScoresOptions ExportOptions ExportReport FeedbackRule GateReport GateVerdict GridOptions Guarantee HumanLabel Import ImportOptions ImportReport
    InsufficientEvidenceError IntervalOptions JoinHumanLabelsOptions JoinOptions JoinReport
    JoinedAuditFeedback JoinedFeedback JoinedLabels JsonLinesOptions LoggedDecision LoggedSpend LossTestName
    MissingOutcomes ModelCalibration ModelEstimate ModelReport NetSaving NetSavingOptions Outcome
    OutcomeFormatError OutcomeRecord PairReportOptions Purpose RatedDecision RaterAgreement
    ReadHumanLabelsOptions ReadSpendOptions RecordKeys RecordText Replay ReplayCase ReplayCases
    ReplayCasesOptions ReplayOptions ReplayPolicyOptions Report ReportOptions RouterCasesOptions
    RouterReportOptions SavingEstimate ScoreDrift ScoreDriftOptions ScoreReference
    ScoredDecision Sides SpendRequest Split SplitOptions SplitRecord Target TrainOptions
    TrainSettings Training TrainingReport TuneOptions TunePoint TunePoliciesOptions
    TuneThresholdOptions TuningFile UnitField
    calibrate checkCertificate checkDisjoint collect compare
    decisionScores describeCertificate estimateCollect exportRecords importFile
    importRecords joinAuditFeedback joinDecisions joinFeedback joinHumanLabels netSaving pairOutcomes promptKey
    raterAgreement readClassifier readHumanLabels readOutcomes readSpend readTuning
    recordKeysOf refit renderReport replay replayCases replayPolicies replayPolicy reportData
    routerCases scoreDrift showAnnotations showJUnit splitOutcomes trainClassifier tuneCategories
    tunePolicies tuneThreshold unitsOf withLogprobChecks writeClassifier writeTuning
  `,
  "evals/scorers/index.ts": `
    AnyScorer ContainsOptions EmbeddingSimilarityOptions JsonFormOptions JudgeCallOptions
    MultipleChoiceOptions NormalisedOptions NumericOptions PairwiseJudgeOptions RegexOptions
    RubricJudgeOptions RubricLevel Score ScoreResult ScoredToolCall Scorer ScorerArgs ScorerFunction
    ToolCallMatchOptions contains embeddingSimilarity exact humanLabels jsonDiff jsonForm
    multipleChoice normalised numeric pairwiseJudge regex rubricJudge scoreWith scorerName toolCallMatch
  `,
  "evals/metrics/index.ts": `
    BootstrapOptions CalibrationBin CalibrationError CostQuality CostRange CurvePoint Estimate
    ModelOutcomes PairedOutcomes RoutingCurve ScoreCut ScoreOrder Statistics aiq apgr bootstrap
    calibrationBins calibrationError cohenKappa costAtQuality cpt effectiveSampleSize
    empiricalBernsteinBound krippendorffAlpha ksDistance ksPValue largeCallRate meanCost meanQuality
    nullPsi oracleCurve oracleQuality orderByScore pgr psi qualityAtCost regret routingCurve seededRandom
    sweep
  `,
  "evals/monitor/off-policy/index.ts": `
    Estimator OffPolicyEstimate OffPolicyOptions OffPolicyReport OffPolicyTarget OffPolicyUnit Overlap
    PlanOverlap Predictions RewardReport StratumOverlap clipWeights doublyRobustTerms ipsTerms offPolicy
    snips snipsTerms
  `,
};

const root = new URL("../../", import.meta.url);
const exportForm = /export (?:type )?\{([^}]*)\} from "[^"]+";/g;

const sourceOf = (door: string): string => readFileSync(new URL(door, root), "utf8");

function namesIn(source: string): string[] {
  const names = [...source.matchAll(exportForm)].flatMap(([, list = ""]) => list.split(","));
  return names.map((name) => name.trim().replace(/^type /, "")).filter((name) => name !== "");
}

describe.each(Object.entries(doors))("the door %s", (door, names) => {
  it("exports these names", () => {
    expect(namesIn(sourceOf(door)).sort()).toEqual(names.trim().split(/\s+/));
  });

  it("holds named exports only, no logic", () => {
    const rest = sourceOf(door)
      .replace(/\/\*\*[\s\S]*?\*\//g, "")
      .replace(exportForm, "");
    expect(rest.trim()).toBe("");
  });
});

it("no name is at two doors", () => {
  const all = Object.keys(doors).flatMap((door) => namesIn(sourceOf(door)));
  expect(all.filter((name, index) => all.indexOf(name) !== index)).toEqual([]);
});
