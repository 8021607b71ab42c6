/** For the project's other wings: no promise to users. */

export { encodeComplexityModel } from "./complexity-bytes.ts";
export {
  CLIP,
  type ComplexityModel,
  QUANTILES,
  type StructureWeights,
  scoreOf,
  type TableWeights,
  totalShare,
} from "./complexity-model.ts";
export { createPromptReader } from "./read-prompt.ts";
export { shippedModel } from "./shipped-model.ts";
export { codeOf } from "./word-codes.ts";
