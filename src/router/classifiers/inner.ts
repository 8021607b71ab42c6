/** For the project's other wings: no promise to users. */

export { rawQuality } from "./calibrated.ts";
export { characterEntry } from "./characters.ts";
export { loadWeights } from "./default-classifier.ts";
export { embedderFacts, embedderOptions, readAnswer } from "./embedding/embedder.ts";
export { noHop } from "./no-hop.ts";
export { rank } from "./rank.ts";
export { BUCKETS, createFeatureReader, type Features, STRUCTURE, singleHash } from "./read-features.ts";
export { wordHash } from "./read-words.ts";
