import { type Classification, type Classifier, ClassifierError } from "../../../contracts/index.ts";
import { nodeBuiltin } from "../../../plugin/node-builtin.ts";
import { settleWithin } from "../../../plugin/settle-within.ts";
import { withTimeLimit } from "../../../plugin/with-time-limit.ts";
import { createMemo, memoKey } from "../memo.ts";
import { readText } from "../read-text.ts";
import { findPackage } from "./find-package.ts";
import { joinRuns, workOf } from "./joined-runs.ts";
import { keepChild } from "./kept-child.ts";
import { modelVersion } from "./model-version.ts";
import { type OnnxChild, OnnxProblem } from "./onnx-child.ts";
import { type OnnxClassifierOptions, readOnnxOptions, type TokenizeText } from "./onnx-options.ts";
import { scoreReader, widthProblem } from "./scores.ts";

/** A classifier whose model has to be loaded, and let go. */
export interface OnnxClassifier extends Classifier {
  classify(...given: Parameters<Classifier["classify"]>): Promise<Classification>;
  /**
   * Loads the model, and tries it with a text. Rejects with a `ClassifierError` that says what is wrong with model,
   * tokenizer or outputs. Without it the first request loads the model, and may be too late for a score.
   */
  ready(): Promise<void>;
  /** Ends the model's process. Later requests have no classification. */
  close(): void;
}

/** A run that takes ten times as long as a text may is taken for one that hangs, and at least this long. */
const leastRunTimeoutMs = 10_000;
/** Most tokens that a function may return for a text; more are a mistake. */
const mostIds = 4_000_000;

/**
 * A classifier by your own fine-tuned encoder, in ONNX: a sequence classification model, whose classes are rated by how
 * hard their requests are. It runs in a process of its own, which gets no variables of the environment that could be
 * secrets: neither a run nor a file `tokenizer.json` holds up the application, and one that hangs or fails is replaced.
 * Requests at about the same time share a run. Nothing leaves the machine, so that no boundary applies.
 *
 * Complexity is the expected complexity of the classes, or its rank in `reference`. Signal: `score`.
 *
 * Throws `InvalidOptionError`, and `MissingDependencyError` if `onnxruntime-node` (or for a file `tokenizer.json`
 * `@huggingface/tokenizers`) is not installed. Node only.
 */
export function onnxClassifier(options: OnnxClassifierOptions): OnnxClassifier {
  const settings = readOnnxOptions(options);
  const { model, tokenizer, classes, activation, reference, output } = settings;
  const { maxTokens, padId, inputType, threads, timeoutMs, loadTimeoutMs, temperature } = settings;
  if (nodeBuiltin("node:child_process") === undefined)
    throw new ClassifierError("onnx", "needs processes of Node, which this runtime does not have");
  const isFile = typeof tokenizer === "string";
  const runtimeFile = findPackage(settings.runtime, "onnxClassifier");
  const tokenizersFile = isFile ? findPackage("@huggingface/tokenizers", "onnxClassifier") : undefined;
  const version = settings.version ?? modelVersion(options);

  const encode = async (text: string) => (isFile ? text : encoded(await tokenizer(text), maxTokens));
  const readScore = scoreReader({ classes, activation, temperature, reference });
  const data = { runtimeFile, tokenizersFile, model, output, maxTokens, padId, inputType, threads };
  const kept = keepChild(
    {
      data: isFile ? { ...data, tokenizer } : data,
      loadTimeoutMs,
      runTimeoutMs: Math.max(leastRunTimeoutMs, 10 * timeoutMs),
    },
    async (loaded: OnnxChild) => {
      const { width, values } = await loaded.run(workOf([await encode("Is the model ready?")]));
      const problem = widthProblem(width, classes) ?? readScore(values.slice(0, width));
      if (typeof problem === "string") throw new OnnxProblem(problem);
    },
  );
  const runOne = joinRuns({ ...settings, run: (inputs) => kept.run(workOf(inputs)) });
  const reason = () => new OnnxProblem(`gave no score within ${timeoutMs} ms`);
  const memo = createMemo<Classification>(settings.maxCached);

  const score = async (text: string, signal: AbortSignal): Promise<Classification> => {
    const row = await runOne(await settleWithin(encode(text), { signal }), signal);
    const problem = widthProblem(row.length, classes);
    const read = problem ?? readScore(row);
    if (typeof read === "string") throw new OnnxProblem(read);
    return read;
  };

  return {
    name: "onnx",
    version,
    categories: [...new Set((classes ?? []).flatMap(({ category }) => category ?? []))],
    async classify(request, { signal }) {
      const { ask, earlier } = readText(request, settings.maxCharacters);
      const text = earlier === "" ? ask : `${earlier}\n${ask}`;
      const key = memoKey(request, text);
      const known = await memo.read(key);
      if (known !== undefined) return known;
      try {
        const found = await withTimeLimit((own) => score(text, own), { timeoutMs, reason, signal });
        memo.write(key, found);
        return found;
      } catch (error) {
        if (signal.aborted) throw signal.reason;
        throw failureOf(error);
      }
    },
    async ready() {
      await kept.load().catch((error: unknown) => {
        throw failureOf(error);
      });
    },
    close: () => kept.end(),
  };
}

/** A problem is in our words. What a user's tokenizer throws may quote the text, and is not shown. */
function failureOf(error: unknown): ClassifierError {
  return new ClassifierError(
    "onnx",
    error instanceof OnnxProblem ? error.message : "has a tokenizer that throws",
  );
}

/** Checks what a user's tokenizer returns, and cuts it: its first ids, and its last, which often ends a text. */
function encoded(ids: Awaited<ReturnType<TokenizeText>>, maxTokens: number): readonly number[] {
  const length: unknown = ids?.length;
  if (typeof ids !== "object" || !Number.isSafeInteger(length) || ids.length > mostIds)
    throw new OnnxProblem("has a tokenizer that does not return an array of ids");
  const kept = Array.from({ length: Math.min(ids.length, maxTokens) }, (_, at) => Number(ids[at]));
  if (ids.length > maxTokens) kept[maxTokens - 1] = Number(ids[ids.length - 1]);
  if (!kept.every((id) => Number.isInteger(id) && id >= 0 && id < 2 ** 31))
    throw new OnnxProblem("has a tokenizer that returns an id which is not a whole number in [0, 2^31)");
  return kept;
}
