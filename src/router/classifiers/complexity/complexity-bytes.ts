import { BUCKETS, STRUCTURE } from "../read-features.ts";
import {
  type ComplexityModel,
  QUANTILES,
  type StructureWeights,
  type TableWeights,
} from "./complexity-model.ts";

const heads = ["outcomes", "tiers", "instruction", "exam"] as const;
const floatsOfHead = 1 + 3 * STRUCTURE.length;
const tablesOfModel = 8;
const floatCount = QUANTILES + heads.length * floatsOfHead + 5;
/** Length of an encoded model in bytes. */
export const MODEL_BYTES: number = 4 * floatCount + tablesOfModel * BUCKETS;

const tablesOf = (model: ComplexityModel): readonly TableWeights[] => [
  model.outcomes.words,
  model.tiers.words,
  model.instruction.words,
  model.instruction.asked,
  model.exam.asked,
];

/** Encodes a model: little-endian 32-bit floats (quantiles, heads, scales), then one byte per bucket and table. */
export function encodeComplexityModel(model: ComplexityModel): Uint8Array {
  const floats = [...model.quantiles];
  for (const name of heads) {
    const { bias, means, deviations, weights } = model[name];
    floats.push(bias, ...means, ...deviations, ...weights);
  }
  const tables = tablesOf(model);
  floats.push(...tables.map(({ scale }) => scale));
  const bytes = new Uint8Array(MODEL_BYTES);
  const view = new DataView(bytes.buffer);
  for (const [index, value] of floats.entries()) view.setFloat32(index * 4, value, true);
  const columns = [
    model.wordPrints,
    model.wordShares,
    model.askedPrints,
    ...tables.map(({ weights }) => weights),
  ];
  for (const [index, column] of columns.entries())
    bytes.set(new Uint8Array(column.buffer, column.byteOffset, BUCKETS), 4 * floatCount + index * BUCKETS);
  return bytes;
}

export function decodeComplexityModel(bytes: Uint8Array): ComplexityModel {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = 0;
  const floats = (length: number): Float32Array => {
    const values = new Float32Array(length);
    for (let index = 0; index < length; index += 1, at += 4) values[index] = view.getFloat32(at, true);
    return values;
  };
  const column = (index: number): Uint8Array =>
    Uint8Array.from(bytes.subarray(4 * floatCount + index * BUCKETS, 4 * floatCount + (index + 1) * BUCKETS));
  const head = (): StructureWeights => {
    const [bias = 0] = floats(1);
    const [means, deviations, weights] = [0, 1, 2].map(() => floats(STRUCTURE.length)) as [
      Float32Array,
      Float32Array,
      Float32Array,
    ];
    return { bias, means, deviations, weights };
  };
  const quantiles = floats(QUANTILES);
  const [outcomes, tiers, instruction, exam] = heads.map(head) as [
    StructureWeights,
    StructureWeights,
    StructureWeights,
    StructureWeights,
  ];
  const scales = floats(5);
  const table = (index: number): TableWeights => ({
    weights: new Int8Array(column(3 + index).buffer as ArrayBuffer),
    scale: scales[index] as number,
  });
  return {
    wordPrints: column(0),
    wordShares: column(1),
    askedPrints: column(2),
    outcomes: { ...outcomes, words: table(0) },
    tiers: { ...tiers, words: table(1) },
    instruction: { ...instruction, words: table(2), asked: table(3) },
    exam: { ...exam, asked: table(4) },
    quantiles,
  };
}
