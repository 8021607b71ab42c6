/** Classifiers, which rate how hard a request is. */

export { calibrated } from "./calibrated.ts";
export { complexityReference } from "./complexity/complexity-reference.ts";
export { type ComplexityExplanation, explainComplexity } from "./complexity/explain-complexity.ts";
export { type ComplexityOptions, complexity } from "./complexity.ts";
export type {
  Embed,
  EmbedAnswer,
  Embedder,
  Vectors,
} from "./embedding/embedder.ts";
export { type OpenAiEmbeddingsOptions, openaiEmbeddings } from "./embedding/openai-embeddings.ts";
export {
  type EmbeddingRecord,
  type TrainEmbeddingOptions,
  trainEmbedding,
} from "./embedding/train-embedding.ts";
export type { TrainedEmbedding } from "./embedding/trained-embedding.ts";
export { type EmbeddingOptions, embedding } from "./embedding.ts";
export { type EnsembleMember, type EnsembleOptions, ensemble } from "./ensemble.ts";
export { length } from "./length.ts";
export { type ModelRatingOptions, modelRating } from "./model-rating.ts";
export { type NearOptions, near } from "./near.ts";
export * from "./onnx/index.ts";
export type { SpanContribution, StructureContribution } from "./text-spans.ts";
export { explainTrained, type TrainedExplanation } from "./trained/explain-trained.ts";
export type { CandidateResult, QualityCurve, TrainedClassifier } from "./trained/trained-file.ts";
export { type TrainedOptions, trained } from "./trained.ts";
