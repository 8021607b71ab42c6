/**
 * What the default classifier is trained with. Each set weighs the same, whatever its size. Chosen by leave-one-source-out on `train/` and on `validation/`.
 */
export const settings = {
  /** Outcome sets in `train/`, and the small models whose mean failure is the label. */
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
  /** Prompts with a tier given by their authors, in `train/`, and the label of each tier. */
  tiers: {
    labels_uncommonroute_tiers: { SIMPLE: 0, MEDIUM: 1 / 3, COMPLEX: 2 / 3, REASONING: 1 },
  },
  /** Share of its source's mean that is taken off a label: sources differ in kind, not only in hardness. */
  centring: 0.5,
  structurePenalty: 100,
  vocabularyPenalty: 3,
  /** Added per standard deviation of log length: longer asks are harder wherever that was measured. */
  lengthPrior: 0.2,
  /** Steps of the conjugate-gradient solver. */
  steps: 30,
  /** Folds whose held-out scores make the reference distribution. */
  folds: 5,
  /** Share of the tier sets in the reference distribution: prompts as people type them, not exam questions. */
  referenceShareOfTiers: 0.5,
} as const;
