import type { STRUCTURE } from "../../src/classifiers/read-features.ts";

export interface ComplexitySettings {
  /** Names of the outcome sets in `train/`, and the small models whose mean failure is the label. */
  readonly smallModels: Readonly<Record<string, readonly string[]>>;
  /** Names of the sets in `train/` whose prompts have a tier given by their authors, and its label. */
  readonly tiers: Readonly<Record<string, Readonly<Record<string, number>>>>;
  /** Share of its set's mean that is taken off a label: sets differ in kind, not only in hardness. */
  readonly centring: number;
  /** Of the ridge regressions, in prompts. */
  readonly structurePenalty: number;
  readonly vocabularyPenalty: { readonly outcomes: number; readonly tiers: number };
  /** A word or pair is known when at least this many training prompts have it. */
  readonly fewestPrompts: number;
  /** Weight of a prompt's copy with courtesies around it, so that they do not change what is thought of it. */
  readonly politeWeight: number;
  /** Standard deviation of the tiers head (before tanh) on its prompts; the outcomes head has 1. */
  readonly tierSteepness: number;
  /**
   * Added to the outcomes head per unit of what no training prompt has (tools, images, turns: in
   * logarithms), set by hand; and per standard deviation of the length, which orders prompts of one kind
   * where fitted weights do not.
   */
  readonly priors: Readonly<Partial<Record<(typeof STRUCTURE)[number], number>>>;
  /** Of the conjugate-gradient solver. */
  readonly steps: number;
  /** Of the courtesies. */
  readonly seed: number;
  /** Number of folds whose held-out scores make the reference distribution. */
  readonly folds: number;
  /** Share of the tier sets in the reference distribution: prompts as people type them, not exam questions. */
  readonly referenceShareOfTiers: number;
}

/**
 * Each set weighs the same, whatever its size. Chosen by leave-one-source-out on `train/` and on
 * `validation/`, where the choices differ less than the sets do.
 */
export const settings: ComplexitySettings = {
  smallModels: {
    mmlu_pro: [
      "Meta-Llama-3_1-8B-Instruct",
      "Phi-3-mini-4k-instruct",
      "Mistral-7B-Instruct-v0.2",
      "Mixtral-8x7B-Instruct-v0.1",
      "Qwen1.5-7B-Chat",
      "mathstral-7B",
    ],
    dcrouter: ["llama-3.1-8b-instruct", "qwen2.5-7b-instruct", "gemma-2-9b-it", "mistral-7b-instruct-v0.3"],
    zeroeval_crux: [
      "gpt-4o-mini-2024-07-18",
      "claude-3-haiku-20240307",
      "Meta-Llama-3.1-8B-Instruct",
      "Qwen2.5-7B-Instruct",
      "gemma-2-9b-it",
      "Phi-3.5-mini-instruct",
    ],
    zeroeval_math_l5: [
      "gpt-4o-mini-2024-07-18",
      "claude-3-haiku-20240307",
      "Meta-Llama-3.1-8B-Instruct",
      "Qwen2.5-7B-Instruct",
      "gemma-2-9b-it",
      "Phi-3.5-mini-instruct",
    ],
  },
  tiers: {
    labels_uncommonroute_tiers: { SIMPLE: 0, MEDIUM: 1 / 3, COMPLEX: 2 / 3, REASONING: 1 },
  },
  centring: 0.5,
  structurePenalty: 10,
  vocabularyPenalty: { outcomes: 20, tiers: 300 },
  fewestPrompts: 3,
  politeWeight: 0.5,
  tierSteepness: 2,
  priors: { characters: 0.2, tools: 0.15, images: 0.15, jsonSchema: 0.15, turns: 0.1 },
  steps: 30,
  seed: 1,
  folds: 5,
  referenceShareOfTiers: 0.5,
};

/** Where the training sets come from: repository, commit and licence. */
export const origins: Readonly<Record<string, string>> = {
  mmlu_pro: "TIGER-AI-Lab/MMLU-Pro @f418b11, Apache-2.0",
  dcrouter: "ulab-uiuc/LLMRouter @4e7a796, MIT",
  zeroeval_crux: "WildEval/ZeroEval @8c1485e, Apache-2.0",
  zeroeval_math_l5: "WildEval/ZeroEval @8c1485e, Apache-2.0",
  labels_uncommonroute_tiers: "CommonstackAI/UncommonRoute @30173e7, MIT",
};
