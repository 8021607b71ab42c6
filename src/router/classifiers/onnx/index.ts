/** A classifier by a fine-tuned encoder of your own. */

export { type OnnxClassifier, onnxClassifier } from "./onnx-classifier.ts";
export type { OnnxClass, OnnxClassifierOptions, TokenizeText } from "./onnx-options.ts";
