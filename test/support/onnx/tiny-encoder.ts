import { type OnnxNode, onnxModel } from "./onnx-model.ts";

export interface TinyEncoderOptions {
  /** Logits of each token, one row a token; a text has the mean of its tokens' rows. */
  readonly rows: readonly (readonly number[])[];
  /** Name of the input with the ids. Default `input_ids`. */
  readonly ids?: string;
  /** Type of the ids and of the mask. Default int64. */
  readonly inputType?: "int64" | "int32";
  /** Type of the logits. Default float. */
  readonly outputType?: "float" | "float16";
  /** True if the logits of each token are returned, without a mean. */
  readonly perToken?: boolean;
}

/**
 * A classifier of the form of a fine-tuned encoder, `input_ids` and `attention_mask` to `logits`: rows of a table,
 * their mean under the mask. Small enough that its scores can be worked out by hand.
 */
export function tinyEncoder(options: TinyEncoderOptions): Uint8Array {
  const { rows, ids = "input_ids", inputType = "int64", outputType = "float", perToken = false } = options;
  const width = rows[0]?.length ?? 0;
  const node = (
    operator: string,
    inputs: readonly string[],
    output: string,
    attributes?: OnnxNode["attributes"],
  ): OnnxNode => ({
    operator,
    inputs,
    outputs: [output],
    ...(attributes !== undefined && { attributes }),
  });
  const last = perToken ? "rows" : "mean";
  return onnxModel({
    inputs: [
      { name: ids, type: inputType, shape: ["batch", "sequence"] },
      { name: "attention_mask", type: inputType, shape: ["batch", "sequence"] },
    ],
    outputs: [
      {
        name: "logits",
        type: outputType,
        shape: perToken ? ["batch", "sequence", width] : ["batch", width],
      },
    ],
    constants: [
      { name: "table", shape: [rows.length, width], values: Float32Array.from(rows.flat()) },
      { name: "last_axis", shape: [1], values: [2n] },
      { name: "token_axis", shape: [1], values: [1n] },
    ],
    nodes: [
      node("Gather", ["table", ids], "rows", { axis: 0 }),
      node("Cast", ["attention_mask"], "mask", { to: 1 }),
      node("Unsqueeze", ["mask", "last_axis"], "wide_mask"),
      node("Mul", ["rows", "wide_mask"], "masked"),
      node("ReduceSum", ["masked", "token_axis"], "sum", { keepdims: 0 }),
      node("ReduceSum", ["mask", "token_axis"], "count", { keepdims: 1 }),
      node("Div", ["sum", "count"], "mean"),
      outputType === "float16"
        ? node("Cast", [last], "logits", { to: 10 })
        : node("Identity", [last], "logits"),
    ],
  });
}
