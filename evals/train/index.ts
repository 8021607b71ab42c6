/** Classifiers trained on your own outcomes. */
export type { ModelReport } from "./build-classifier.ts";
export { readClassifier } from "./read-classifier.ts";
export { refit } from "./refit.ts";
export {
  type Training,
  type TrainingReport,
  type TrainOptions,
  type TrainSettings,
  trainClassifier,
} from "./train-classifier.ts";
export { writeClassifier } from "./write-classifier.ts";
