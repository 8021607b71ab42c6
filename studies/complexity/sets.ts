/** Two sides of a comparison; the quality of a side is the mean of its models'. */
export interface Pair {
  readonly name: string;
  readonly small: readonly string[];
  readonly large: readonly string[];
}

export interface StudySet {
  readonly folder: "train" | "validation" | "benchmark";
  readonly name: string;
  readonly pairs: readonly Pair[];
  /** Categories that are left out. */
  readonly without?: readonly string[];
}

const pair = (small: string, large: string): Pair => ({
  name: `${short(small)} → ${short(large)}`,
  small: [small],
  large: [large],
});
const short = (model: string): string => model.replace(/^.*\//, "").replace(/-instruct.*$/i, "");

const zeroEval: readonly Pair[] = [
  {
    name: "mean of 6 → mean of 4",
    small: [
      "gpt-4o-mini-2024-07-18",
      "claude-3-haiku-20240307",
      "Meta-Llama-3.1-8B-Instruct",
      "Qwen2.5-7B-Instruct",
      "gemma-2-9b-it",
      "Phi-3.5-mini-instruct",
    ],
    large: [
      "gpt-4o-2024-08-06",
      "claude-3-5-sonnet-20241022",
      "Meta-Llama-3.1-70B-Instruct",
      "Qwen2.5-72B-Instruct",
    ],
  },
];
const routeLlm = [pair("mistralai/Mixtral-8x7B-Instruct-v0.1", "gpt-4-1106-preview")];

export const sets: readonly StudySet[] = [
  {
    folder: "train",
    name: "dcrouter",
    pairs: [
      {
        name: "mean of 4 → mean of 2",
        small: ["llama-3.1-8b-instruct", "qwen2.5-7b-instruct", "gemma-2-9b-it", "mistral-7b-instruct-v0.3"],
        large: ["llama-3.1-nemotron-51b-instruct", "llama-3.3-nemotron-super-49b-v1"],
      },
      pair("llama-3.1-8b-instruct", "llama-3.1-nemotron-51b-instruct"),
      pair("qwen2.5-7b-instruct", "llama-3.1-nemotron-51b-instruct"),
      pair("mistral-7b-instruct-v0.3", "llama-3.1-nemotron-51b-instruct"),
    ],
  },
  {
    folder: "train",
    name: "mmlu_pro",
    pairs: [pair("Meta-Llama-3_1-8B-Instruct", "Meta-Llama-3_1-70B-Instruct")],
  },
  { folder: "train", name: "zeroeval_crux", pairs: zeroEval },
  { folder: "train", name: "zeroeval_math_l5", pairs: zeroEval },
  {
    folder: "validation",
    name: "openllm_bbh",
    pairs: [pair("Qwen/Qwen2.5-7B-Instruct", "Qwen/Qwen2.5-72B-Instruct")],
  },
  {
    folder: "validation",
    name: "rational_cascades",
    pairs: [pair("llama3.1-8b", "gpt-4o")],
    without: ["truthfulqa"],
  },
  {
    folder: "validation",
    name: "routerdc_routerbench",
    pairs: [pair("mistralai/mixtral-8x7b-chat", "gpt-4-1106-preview")],
  },
  {
    folder: "validation",
    name: "bfcl_v1",
    pairs: [pair("meta-llama_Meta-Llama-3-8B-Instruct", "gpt-4-1106-preview")],
  },
  { folder: "benchmark", name: "routellm_mmlu", pairs: routeLlm },
  { folder: "benchmark", name: "routellm_gsm8k", pairs: routeLlm },
];

/** The development mix: seven sources with one kind of pair, a small model of the Llama family and a large one. */
export const mixedSources: readonly StudySet[] = [
  mixed("train", "dcrouter", "llama-3.1-8b-instruct", "llama-3.1-nemotron-51b-instruct"),
  mixed("train", "mmlu_pro", "Meta-Llama-3_1-8B-Instruct", "Meta-Llama-3_1-70B-Instruct"),
  mixed("train", "zeroeval_crux", "Meta-Llama-3.1-8B-Instruct", "Meta-Llama-3.1-70B-Instruct"),
  mixed("train", "zeroeval_math_l5", "Meta-Llama-3.1-8B-Instruct", "Meta-Llama-3.1-70B-Instruct"),
  mixed(
    "validation",
    "openllm_bbh",
    "mistralai/Mistral-7B-Instruct-v0.3",
    "meta-llama/Meta-Llama-3.1-70B-Instruct",
  ),
  { ...mixed("validation", "rational_cascades", "llama3.1-8b", "llama3.1-70b"), without: ["truthfulqa"] },
  mixed(
    "validation",
    "bfcl_v1",
    "meta-llama_Meta-Llama-3-8B-Instruct",
    "meta-llama_Meta-Llama-3-70B-Instruct",
  ),
];

function mixed(folder: StudySet["folder"], name: string, small: string, large: string): StudySet {
  return { folder, name, pairs: [pair(small, large)] };
}
