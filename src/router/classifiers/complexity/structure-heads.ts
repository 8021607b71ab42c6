import { STRUCTURE } from "../read-features.ts";
import { clipped, contextFrom } from "./model-parts.ts";
import { EXAM, INSTRUCTION, OUTCOMES, TERMS, TIERS } from "./model-tables.ts";

/** Values of the heads on the structure of what is asked, until they are added to those on its words. */
export const onStructure: Float64Array = new Float64Array(4);

/** The value of a head on the structure of the whole text. */
export function headScore(terms: Float64Array, head: number, structure: Float64Array, bias: number): number {
  let score = bias;
  for (let index = 0; index < contextFrom; index += 1) {
    const at = TERMS * index + 4 + 3 * head;
    const distance = ((structure[index] as number) - (terms[at] as number)) / (terms[at + 1] as number);
    score += clipped(distance) * (terms[at + 2] as number);
  }
  return score;
}

/**
 * Writes the value of each head on the structure of what is asked to `onStructure`; the exam head alone reads the places of
 * the context. All heads at once, since each sum waits for its last term, and without a division for the features that are
 * 0, half of all.
 */
export function scoreStructure(terms: Float64Array, structure: Float64Array, biases: Float64Array): void {
  let exam = biases[EXAM] as number;
  let instruction = biases[INSTRUCTION] as number;
  let outcomes = biases[OUTCOMES] as number;
  let tiers = biases[TIERS] as number;
  for (let index = 0; index < contextFrom; index += 1) {
    const value = structure[index] as number;
    const at = TERMS * index;
    if (value === 0) {
      exam += terms[at + EXAM] as number;
      instruction += terms[at + INSTRUCTION] as number;
      outcomes += terms[at + OUTCOMES] as number;
      tiers += terms[at + TIERS] as number;
    } else {
      exam +=
        clipped((value - (terms[at + 4] as number)) / (terms[at + 5] as number)) * (terms[at + 6] as number);
      instruction +=
        clipped((value - (terms[at + 7] as number)) / (terms[at + 8] as number)) * (terms[at + 9] as number);
      outcomes +=
        clipped((value - (terms[at + 10] as number)) / (terms[at + 11] as number)) *
        (terms[at + 12] as number);
      tiers +=
        clipped((value - (terms[at + 13] as number)) / (terms[at + 14] as number)) *
        (terms[at + 15] as number);
    }
  }
  for (let index = contextFrom; index < STRUCTURE.length; index += 1) {
    const at = TERMS * index;
    const distance = ((structure[index] as number) - (terms[at + 4] as number)) / (terms[at + 5] as number);
    exam += clipped(distance) * (terms[at + 6] as number);
  }
  onStructure[EXAM] = exam;
  onStructure[INSTRUCTION] = instruction;
  onStructure[OUTCOMES] = outcomes;
  onStructure[TIERS] = tiers;
}
