import { onnxModel } from "./onnx-model.ts";
import { wordTokenizer } from "./word-tokenizer.ts";

/**
 * A language model that knows each word's successor, and its `tokenizer.json`: `input_ids` to `logits`, a row of which is
 * one row of a table. A word that no text goes on with is followed by `</s>`.
 */
export function tinyDecoder(texts: readonly string[]): { model: Uint8Array; tokenizer: object } {
  const words = texts.map((text) => text.split(" "));
  const vocabulary = [...new Set([...words.flat(), "</s>"])];
  // The tokenizer has two ids of its own before the words.
  const idOf = (word: string) => vocabulary.indexOf(word) + 2;
  const size = vocabulary.length + 2;
  const table = new Float32Array(size * size);
  for (const word of vocabulary) table[idOf(word) * size + idOf("</s>")] = 0.5;
  for (const text of words)
    text.slice(1).forEach((word, at) => {
      table[idOf(text[at] as string) * size + idOf(word)] = 1;
    });
  const tokenizer = wordTokenizer(vocabulary);
  const model = onnxModel({
    inputs: [{ name: "input_ids", type: "int64", shape: ["batch", "sequence"] }],
    outputs: [{ name: "logits", type: "float", shape: ["batch", "sequence", size] }],
    constants: [{ name: "table", shape: [size, size], values: table }],
    nodes: [
      { operator: "Gather", inputs: ["table", "input_ids"], outputs: ["logits"], attributes: { axis: 0 } },
    ],
  });
  return { model, tokenizer };
}
