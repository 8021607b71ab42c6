/** Scorers: the quality of an answer. */

export { type ContainsOptions, contains } from "./contains.ts";
export { type EmbeddingSimilarityOptions, embeddingSimilarity } from "./embedding-similarity.ts";
export { exact } from "./exact.ts";
export { humanLabels } from "./human-labels.ts";
export type { JudgeCallOptions } from "./internal/judge-options.ts";
export { jsonDiff } from "./json-diff.ts";
export { type JsonFormOptions, jsonForm } from "./json-form.ts";
export { type MultipleChoiceOptions, multipleChoice } from "./multiple-choice.ts";
export { type NormalisedOptions, normalised } from "./normalised.ts";
export { type NumericOptions, numeric } from "./numeric.ts";
export { type PairwiseJudgeOptions, pairwiseJudge } from "./pairwise-judge.ts";
export { type RegexOptions, regex } from "./regex.ts";
export { type RubricJudgeOptions, type RubricLevel, rubricJudge } from "./rubric-judge.ts";
export { scorerName, scoreWith } from "./score-with.ts";
export type {
  AnyScorer,
  Score,
  ScoredToolCall,
  ScoreResult,
  Scorer,
  ScorerArgs,
  ScorerFunction,
} from "./scorer.ts";
export { type ToolCallMatchOptions, toolCallMatch } from "./tool-call-match.ts";
