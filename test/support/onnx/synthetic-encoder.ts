import { type OnnxConstant, type OnnxNode, onnxModel } from "./onnx-model.ts";

/**
 * A model with the work of a small encoder such as MiniLM (6 layers of 384 by default) and random weights: attention of
 * one head and two dense layers each, two classes. For measurements: its scores mean nothing.
 */
export function syntheticEncoder({
  layers = 6,
  width = 384,
  inner = 1_536,
  vocabulary = 30_522,
} = {}): Uint8Array {
  const constants: OnnxConstant[] = [];
  const nodes: OnnxNode[] = [];
  let seed = 1;
  const constant = (name: string, ...shape: number[]) => {
    const values = new Float32Array(shape.reduce((size, length) => size * length, 1));
    for (let at = 0; at < values.length; at += 1) {
      seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
      values[at] = (seed / 2 ** 32 - 0.5) / Math.sqrt(shape[0] as number);
    }
    constants.push({ name, shape, values });
    return name;
  };
  const node = (operator: string, output: string, ...inputs: string[]) => {
    nodes.push({ operator, inputs, outputs: [output] });
    return output;
  };
  constants.push({ name: "token_axis", shape: [1], values: [1n] });
  let hidden = node("Gather", "embedded", constant("table", vocabulary, width), "input_ids");
  for (let layer = 0; layer < layers; layer += 1) {
    const of = (name: string) => `${name}_${layer}`;
    const dense = (name: string, from: string, rows: number, columns: number) =>
      node("MatMul", of(name), from, constant(of(`${name}_weights`), rows, columns));
    const [query, key, value] = ["query", "key", "value"].map((name) => dense(name, hidden, width, width));
    nodes.push({
      operator: "Einsum",
      inputs: [query as string, key as string],
      outputs: [of("scores")],
      texts: { equation: "bij,bkj->bik" },
    });
    const shares = node("Softmax", of("shares"), of("scores"));
    const attended = dense("attended", node("MatMul", of("mixed"), shares, value as string), width, width);
    const sum = node("Add", of("sum"), hidden, attended);
    const inside = node("Relu", of("active"), dense("inside", sum, width, inner));
    hidden = node("Add", of("hidden"), sum, dense("outside", inside, inner, width));
  }
  nodes.push({
    operator: "ReduceSum",
    inputs: [hidden, "token_axis"],
    outputs: ["pooled"],
    attributes: { keepdims: 0 },
  });
  node("MatMul", "logits", "pooled", constant("head", width, 2));
  return onnxModel({
    inputs: [{ name: "input_ids", type: "int64", shape: ["batch", "sequence"] }],
    outputs: [{ name: "logits", type: "float", shape: ["batch", 2] }],
    constants,
    nodes,
  });
}
