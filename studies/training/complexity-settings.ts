import type { STRUCTURE } from "../../src/classifiers/read-features.ts";

export interface ComplexitySettings {
  /** Small models by outcome set in `train/`; their mean failure is the label. */
  readonly smallModels: Readonly<Record<string, readonly string[]>>;
  /** Labels of tiers by set in `train/` whose prompts have a tier from their authors. */
  readonly tiers: Readonly<Record<string, Readonly<Record<string, number>>>>;
  /** Share of a set's mean that is subtracted from its labels: sets differ in kind, not only in difficulty. */
  readonly centring: number;
  /** Penalty of structural features in the ridge regressions, in prompts, like `vocabularyPenalty` of words. */
  readonly structurePenalty: number;
  readonly vocabularyPenalty: { readonly outcomes: number; readonly tiers: number };
  /** Smallest number of training prompts in which a known word or pair occurs. */
  readonly fewestPrompts: number;
  /** Weight of a prompt's copy with courtesies around it, which trains the scores to ignore courtesies. */
  readonly politeWeight: number;
  /** Standard deviation of the tiers head (before tanh) on its prompts; the outcomes head has 1. */
  readonly tierSteepness: number;
  /**
   * Weights that are added to the outcomes head. Those of tools, images, JSON schema and turns, which no
   * training prompt has, are set by hand and count per unit of the feature; that of the length counts per
   * standard deviation and orders prompts of one kind, which fitted weights do not.
   */
  readonly priors: Readonly<Partial<Record<(typeof STRUCTURE)[number], number>>>;
  /** Number of steps of the conjugate-gradient solver. */
  readonly steps: number;
  /** Seed of the courtesies. */
  readonly seed: number;
  /** Number of folds for the held-out scores of the reference distribution. */
  readonly folds: number;
  /** Share of the tier sets in the reference distribution; they are prompts as people type them, not exam questions. */
  readonly referenceShareOfTiers: number;
}

/**
 * Settings of the shipped model. All sets have the same weight, whatever their size. The values were chosen
 * by leave-one-source-out on `train/` and on `validation/`, where they differ less than the sets do.
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

/** Origins of the training sets: repository, commit and licence. */
export const origins: Readonly<Record<string, string>> = {
  mmlu_pro: "TIGER-AI-Lab/MMLU-Pro @f418b11, Apache-2.0",
  dcrouter: "ulab-uiuc/LLMRouter @4e7a796, MIT",
  zeroeval_crux: "WildEval/ZeroEval @8c1485e, Apache-2.0",
  zeroeval_math_l5: "WildEval/ZeroEval @8c1485e, Apache-2.0",
  labels_uncommonroute_tiers: "CommonstackAI/UncommonRoute @30173e7, MIT",
};
