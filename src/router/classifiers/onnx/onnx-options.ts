import { InvalidOptionError } from "../../../contracts/index.ts";
import { type FilledOptions, type OptionTable, readOption, readOptions } from "../../../plugin/index.ts";

/** One class that the model tells apart. */
export interface OnnxClass {
  /** Complexity of a request of this class, in [0, 1]. */
  readonly complexity: number;
  /** Category of such requests. Give it to all classes or to none. */
  readonly category?: string | undefined;
}

/** Turns a text into the ids of its tokens, with those that the model wants at its ends. */
export type TokenizeText = (text: string) => ArrayLike<number> | Promise<ArrayLike<number>>;

export interface OnnxClassifierOptions {
  /** The model: a file, or its bytes. Inputs `input_ids`, and if it has them `attention_mask` and `token_type_ids`. */
  readonly model: string | Uint8Array;
  /** A file `tokenizer.json`, which `@huggingface/tokenizers` reads, or a function. */
  readonly tokenizer: string | TokenizeText;
  /**
   * The classes, in the order of the model's outputs. Default for k > 1 outputs: their complexities rise evenly from 0
   * to 1. With one output the score is that output.
   */
  readonly classes?: readonly OnnxClass[] | undefined;
  /** Makes probabilities of outputs. Default `softmax`, or `sigmoid` for one output; `none` if the model has done so. */
  readonly activation?: "softmax" | "sigmoid" | "none" | undefined;
  /** Divisor of the outputs before the activation, as calibration finds it. Default 1. */
  readonly temperature?: number | undefined;
  /**
   * Scores of your own traffic, at least 2. Complexity is then the rank of a score among them, so that a threshold of
   * 0.7 sends 30 % of such traffic to the large model. Default: complexity is the score.
   */
  readonly reference?: readonly number[] | undefined;
  /** Name of the output. Default: `logits`, or the only one. */
  readonly output?: string | undefined;
  /** Most tokens of a text; a longer one keeps its beginning and its last token. Default 512. */
  readonly maxTokens?: number | undefined;
  /** Most characters of a text, before it is tokenized. Default 8,000. */
  readonly maxCharacters?: number | undefined;
  /** Id that fills shorter texts of a run. Default 0. */
  readonly padId?: number | undefined;
  /** Type of the model's inputs. Default `int64`. */
  readonly inputType?: "int64" | "int32" | undefined;
  /** Most texts of one run. Default 16. */
  readonly maxBatch?: number | undefined;
  /** Time that a text waits for others to share a run, in milliseconds. Default 1. */
  readonly windowMs?: number | undefined;
  /** Most texts that wait or run; more are refused. Default 256. */
  readonly maxPending?: number | undefined;
  /** Longest time of a text, its wait included, in milliseconds. Default 800, below the router's `classifierTimeoutMs`. */
  readonly timeoutMs?: number | undefined;
  /** Longest time that loading the model may take, in milliseconds. Default 120,000. */
  readonly loadTimeoutMs?: number | undefined;
  /** Number of texts whose scores are kept, by hash and tenant; 0 for none. Default 1,000. */
  readonly maxCached?: number | undefined;
  /** Threads of a run. Default 1. */
  readonly threads?: number | undefined;
  /** Package that runs the model. Default `onnxruntime-node`. */
  readonly runtime?: "onnxruntime-node" | "onnxruntime-web" | undefined;
  /**
   * Version of the classifier. Default: a hash of the model, of the tokenizer's file and of the options. A function is
   * not part of it: name a version if yours may change.
   */
  readonly version?: string | undefined;
}

type Open = "classes" | "activation" | "reference" | "output" | "version";

const modelRule = "the name of a file, or its bytes";
const tokenizerRule = "a function, or the name of a tokenizer.json";
const owner = "onnxClassifier";

export const onnxClassifierOptions: OptionTable<OnnxClassifierOptions, Open> = {
  model: {
    is: "checked",
    check: (option: string, model: string | Uint8Array) =>
      model instanceof Uint8Array ? model : readOption({ is: "text", expected: modelRule }, option, model),
    expected: modelRule,
  },
  tokenizer: {
    is: "checked",
    check: (option: string, tokenizer: string | TokenizeText) =>
      typeof tokenizer === "function"
        ? tokenizer
        : readOption({ is: "text", expected: tokenizerRule }, option, tokenizer),
    expected: tokenizerRule,
  },
  classes: {
    is: "list",
    of: {
      is: "table",
      of: {
        complexity: { is: "share" },
        category: { is: "text", max: 100, optional: true, expected: "a text of 1 to 100 characters" },
      },
    },
    min: 1,
    max: 1_000,
    optional: true,
    expected: "an array of 1 to 1,000 classes",
  },
  activation: { is: "choice", of: ["softmax", "sigmoid", "none"], optional: true },
  temperature: { is: "number", min: 1e-6, max: 1e6, default: 1 },
  reference: {
    is: "list",
    of: { is: "share" },
    min: 2,
    max: 1_000_000,
    optional: true,
    expected: "an array of 2 to 1,000,000 scores",
  },
  output: { is: "text", optional: true },
  maxTokens: { is: "number", min: 2, max: 131_072, integer: true, default: 512 },
  maxCharacters: { is: "number", min: 1, max: 1_000_000, integer: true, default: 8_000 },
  padId: { is: "number", min: 0, max: 2 ** 31 - 1, integer: true, default: 0 },
  inputType: { is: "choice", of: ["int64", "int32"], default: "int64" },
  maxBatch: { is: "number", min: 1, max: 1_024, integer: true, default: 16 },
  windowMs: { is: "number", min: 0, max: 1_000, integer: true, default: 1 },
  maxPending: { is: "number", min: 1, max: 100_000, integer: true, default: 256 },
  timeoutMs: { is: "duration", integer: true, default: 800 },
  loadTimeoutMs: { is: "duration", integer: true, default: 120_000 },
  maxCached: { is: "number", min: 0, max: 1_000_000, integer: true, default: 1_000 },
  threads: { is: "number", min: 1, max: 256, integer: true, default: 1 },
  runtime: { is: "choice", of: ["onnxruntime-node", "onnxruntime-web"], default: "onnxruntime-node" },
  version: { is: "text", optional: true },
};

/** Returns the options with their defaults. Throws `InvalidOptionError`. */
export function readOnnxOptions(options: OnnxClassifierOptions): FilledOptions<OnnxClassifierOptions, Open> {
  const settings = readOptions(owner, onnxClassifierOptions, options);
  const { classes = [] } = settings;
  const withCategory = classes.filter(({ category }) => category !== undefined).length;
  if (withCategory !== 0 && withCategory !== classes.length)
    throw new InvalidOptionError(`${owner}.classes`, classes, "with a category for all classes or for none");
  return settings;
}
