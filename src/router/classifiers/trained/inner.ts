/** For the project's other wings: no promise to users. */

export { checkTrainedFile } from "./check-trained-file.ts";
export { decodeColumn } from "./columns.ts";
export {
  decodeExamples,
  type Examples,
  encodeExamples,
  type StructureScale,
  standardise,
} from "./examples.ts";
export { type Bumps, bump, encodeLandmarks, PLACE, writePlace } from "./landmarks.ts";
export { createProjection, DIMENSIONS, encodeLatent, type Latent } from "./latent.ts";
export { encodeHeads, headValue, type LinearHead } from "./linear-heads.ts";
export { createNeighbours } from "./neighbours.ts";
export { calibratedQuality, logistic, logit } from "./quality-curve.ts";
export {
  type FlipShare,
  FORMAT_VERSION,
  MAX_FILE_BYTES,
  PARTS,
  type Part,
  REFERENCE_QUANTILES,
  type StoredEstimate,
  versionOf,
  type WeightedPart,
} from "./trained-file.ts";
