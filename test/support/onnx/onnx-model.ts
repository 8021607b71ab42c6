import { ProtobufWriter } from "./protobuf.ts";

/** Types of elements, by their number in ONNX. */
const elementTypes = { float: 1, int32: 6, int64: 7, float16: 10 } as const;
type ElementType = keyof typeof elementTypes;

export interface OnnxValue {
  readonly name: string;
  readonly type: ElementType;
  /** A text is the name of a length that is not fixed. */
  readonly shape: readonly (number | string)[];
}

export interface OnnxConstant {
  readonly name: string;
  readonly shape: readonly number[];
  readonly values: Float32Array | readonly bigint[];
}

export interface OnnxNode {
  readonly operator: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  /** Whole numbers alone. */
  readonly attributes?: Readonly<Record<string, number>>;
  /** Attributes that are texts. */
  readonly texts?: Readonly<Record<string, string>>;
}

export interface OnnxGraph {
  readonly inputs: readonly OnnxValue[];
  readonly outputs: readonly OnnxValue[];
  readonly constants: readonly OnnxConstant[];
  readonly nodes: readonly OnnxNode[];
}

/** Returns the bytes of a model (`ModelProto`, IR version 8, opset 13). */
export function onnxModel({ inputs, outputs, constants, nodes }: OnnxGraph): Uint8Array {
  const graph = new ProtobufWriter();
  for (const node of nodes) graph.message(1, nodeOf(node));
  graph.text(2, "graph");
  for (const constant of constants) graph.message(5, tensorOf(constant));
  for (const value of inputs) graph.message(11, valueInfoOf(value));
  for (const value of outputs) graph.message(12, valueInfoOf(value));
  return new ProtobufWriter()
    .varint(1, 8)
    .text(2, "switchpoint tests")
    .message(7, graph)
    .message(8, new ProtobufWriter().text(1, "").varint(2, 13))
    .finish();
}

function nodeOf({ operator, inputs, outputs, attributes = {}, texts = {} }: OnnxNode): ProtobufWriter {
  const node = new ProtobufWriter();
  for (const name of inputs) node.text(1, name);
  for (const name of outputs) node.text(2, name);
  node.text(4, operator);
  for (const [name, value] of Object.entries(attributes))
    node.message(5, new ProtobufWriter().text(1, name).varint(3, value).varint(20, 2));
  for (const [name, value] of Object.entries(texts))
    node.message(5, new ProtobufWriter().text(1, name).text(4, value).varint(20, 3));
  return node;
}

function tensorOf({ name, shape, values }: OnnxConstant): ProtobufWriter {
  const tensor = new ProtobufWriter();
  for (const length of shape) tensor.varint(1, length);
  const isFloat = values instanceof Float32Array;
  const numbers = isFloat ? values : BigInt64Array.from(values);
  return tensor
    .varint(2, elementTypes[isFloat ? "float" : "int64"])
    .text(8, name)
    .bytes(9, new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength));
}

function valueInfoOf({ name, type, shape }: OnnxValue): ProtobufWriter {
  const lengths = new ProtobufWriter();
  for (const length of shape)
    lengths.message(
      1,
      typeof length === "number"
        ? new ProtobufWriter().varint(1, length)
        : new ProtobufWriter().text(2, length),
    );
  const tensor = new ProtobufWriter().varint(1, elementTypes[type]).message(2, lengths);
  return new ProtobufWriter().text(1, name).message(2, new ProtobufWriter().message(1, tensor));
}
