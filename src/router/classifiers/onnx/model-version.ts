import { InvalidOptionError } from "../../../contracts/index.ts";
import { neededBuiltin } from "../../../plugin/node-builtin.ts";
import { nodeCrypto } from "../../../plugin/node-crypto.ts";
import type { OnnxClassifierOptions } from "./onnx-options.ts";

const pieceBytes = 4 * 2 ** 20;

/**
 * Returns a hash of everything that a score depends on: model, tokenizer file, and the options that change scores.
 * Weights that a model keeps in files of their own are not part of it. Throws `InvalidOptionError` for a file that
 * cannot be read.
 */
export function modelVersion(options: OnnxClassifierOptions): string {
  const { model, tokenizer, classes, activation, temperature, reference, output } = options;
  const { maxTokens, maxCharacters, padId, inputType } = options;
  const hash = nodeCrypto().createHash("sha256");
  if (typeof model === "string") addFile("onnxClassifier.model", model, (piece) => hash.update(piece));
  else hash.update(model);
  if (typeof tokenizer === "string")
    addFile("onnxClassifier.tokenizer", tokenizer, (piece) => hash.update(piece));
  const scored = [
    classes,
    activation,
    temperature,
    reference,
    output,
    maxTokens,
    maxCharacters,
    padId,
    inputType,
  ];
  return hash
    .update(JSON.stringify(scored.map((value) => value ?? null)))
    .digest("hex")
    .slice(0, 12);
}

function addFile(option: string, file: string, add: (piece: Uint8Array) => void): void {
  const { openSync, readSync, closeSync } = neededBuiltin("node:fs");
  let handle: number | undefined;
  try {
    handle = openSync(file, "r");
    const buffer = new Uint8Array(pieceBytes);
    for (let read = readSync(handle, buffer); read > 0; read = readSync(handle, buffer))
      add(buffer.subarray(0, read));
  } catch (error) {
    const code = (error as { code?: unknown } | null)?.code;
    throw new InvalidOptionError(option, file, `a file that can be read (${String(code)})`);
  } finally {
    if (handle !== undefined) closeSync(handle);
  }
}
