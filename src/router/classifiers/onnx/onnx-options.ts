import { InvalidOptionError } from "../../../contracts/index.ts";
import { checkKeys, checkNumber, checkText } from "../../../plugin/index.ts";

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

type NumberOption =
  | "maxTokens"
  | "maxCharacters"
  | "padId"
  | "maxBatch"
  | "windowMs"
  | "maxPending"
  | "timeoutMs"
  | "loadTimeoutMs"
  | "maxCached"
  | "threads";

/** Default, least and largest value of each number. */
const ranges: Readonly<Record<NumberOption, readonly [preset: number, min: number, max: number]>> = {
  maxTokens: [512, 2, 131_072],
  maxCharacters: [8_000, 1, 1_000_000],
  padId: [0, 0, 2 ** 31 - 1],
  maxBatch: [16, 1, 1_024],
  windowMs: [1, 0, 1_000],
  maxPending: [256, 1, 100_000],
  timeoutMs: [800, 1, 2 ** 31 - 1],
  loadTimeoutMs: [120_000, 1, 2 ** 31 - 1],
  maxCached: [1_000, 0, 1_000_000],
  threads: [1, 1, 256],
};

/** Options with their defaults. */
export interface OnnxSettings extends Readonly<Record<NumberOption, number>> {
  readonly temperature: number;
  readonly inputType: "int64" | "int32";
  readonly runtime: string;
}

const names: readonly string[] = [
  "model",
  "tokenizer",
  "classes",
  "activation",
  "temperature",
  "reference",
  "output",
  "inputType",
  "runtime",
  "version",
  ...Object.keys(ranges),
];

const owner = "onnxClassifier";

/** Throws `InvalidOptionError` for options that cannot be used; returns them with their defaults. */
export function checkOnnxOptions(options: OnnxClassifierOptions): OnnxSettings {
  checkKeys(owner, options, names);
  const { model, tokenizer, output, version, temperature = 1 } = options;
  if (!(model instanceof Uint8Array) && (typeof model !== "string" || model === ""))
    throw new InvalidOptionError(`${owner}.model`, model, "the name of a file, or its bytes");
  if (typeof tokenizer !== "function" && (typeof tokenizer !== "string" || tokenizer === ""))
    throw new InvalidOptionError(
      `${owner}.tokenizer`,
      tokenizer,
      "a function, or the name of a tokenizer.json",
    );
  for (const [name, text] of Object.entries({ output, version }))
    if (text !== undefined) checkText(`${owner}.${name}`, text);
  checkOneOf("activation", options.activation, ["softmax", "sigmoid", "none"]);
  checkOneOf("inputType", options.inputType, ["int64", "int32"]);
  checkOneOf("runtime", options.runtime, ["onnxruntime-node", "onnxruntime-web"]);
  checkNumber(`${owner}.temperature`, temperature, { min: 1e-6, max: 1e6 });
  checkClasses(options.classes);
  checkReference(options.reference);
  const numbers = Object.entries(ranges).map(([name, [preset, min, max]]) => {
    const value = options[name as NumberOption] ?? preset;
    return [name, checkNumber(`${owner}.${name}`, value, { min, max, integer: true })];
  });
  return {
    ...(Object.fromEntries(numbers) as Record<NumberOption, number>),
    temperature,
    inputType: options.inputType ?? "int64",
    runtime: options.runtime ?? "onnxruntime-node",
  };
}

function checkOneOf(name: string, value: unknown, known: readonly string[]): void {
  if (value !== undefined && !known.includes(value as string))
    throw new InvalidOptionError(`${owner}.${name}`, value, `one of ${known.join(", ")}`);
}

function checkClasses(classes: unknown): void {
  if (classes === undefined) return;
  if (!Array.isArray(classes) || classes.length === 0 || classes.length > 1_000)
    throw new InvalidOptionError(`${owner}.classes`, classes, "an array of 1 to 1,000 classes");
  const withCategory = classes.filter((one: Partial<OnnxClass>) => one?.category !== undefined).length;
  if (withCategory !== 0 && withCategory !== classes.length)
    throw new InvalidOptionError(`${owner}.classes`, classes, "with a category for all classes or for none");
  for (const [at, one] of classes.entries()) {
    const option = `${owner}.classes[${at}]`;
    checkKeys(option, one, ["complexity", "category"]);
    checkNumber(`${option}.complexity`, one.complexity, { min: 0, max: 1 });
    if (one.category === undefined) continue;
    if (checkText(`${option}.category`, one.category).length > 100)
      throw new InvalidOptionError(`${option}.category`, one.category, "at most 100 characters long");
  }
}

function checkReference(reference: unknown): void {
  if (reference === undefined) return;
  if (!Array.isArray(reference) || reference.length < 2 || reference.length > 1_000_000)
    throw new InvalidOptionError(`${owner}.reference`, reference, "an array of 2 to 1,000,000 scores");
  reference.forEach((score: unknown, at) => {
    checkNumber(`${owner}.reference[${at}]`, score, { min: 0, max: 1 });
  });
}
