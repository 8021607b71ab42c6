import { closeSync, openSync, renameSync, writeSync } from "node:fs";

/** A file of llama.cpp's format GGUF, version 3 (docs/gguf.md of ggml-org/ggml): facts, then tensors of 32-bit floats. */
export interface Gguf {
  readonly facts: Readonly<Record<string, GgufFact>>;
  readonly tensors: readonly GgufTensor[];
}

export type GgufFact =
  | { readonly u32: number }
  | { readonly f32: number }
  | { readonly bool: boolean }
  | { readonly text: string }
  | { readonly texts: readonly string[] }
  | { readonly i32s: readonly number[] };

export interface GgufTensor {
  readonly name: string;
  /** Lengths of the axes, the innermost first. */
  readonly shape: readonly number[];
  fill(values: Float32Array): void;
}

const types = { u32: 4, i32: 5, f32: 6, bool: 7, text: 8, list: 9 };
const alignment = 32;

/** Writes a file, tensor by tensor, so that a large one needs the memory of its largest tensor alone. */
export function writeGguf(path: string, { facts, tensors }: Gguf): void {
  const parts: Buffer[] = [
    Buffer.from("GGUF"),
    u32(3),
    u64(tensors.length),
    u64(Object.keys(facts).length),
    ...Object.entries(facts).flatMap(([name, fact]) => [text(name), ...factBytes(fact)]),
  ];
  let offset = 0;
  for (const { name, shape } of tensors) {
    parts.push(text(name), u32(shape.length), ...shape.map(u64), u32(0), u64(offset));
    offset += padded(bytesOf(shape));
  }
  const head = Buffer.concat(parts);
  const unfinished = `${path}.${process.pid}`;
  const file = openSync(unfinished, "w");
  try {
    writeSync(file, head);
    writeSync(file, Buffer.alloc(padded(head.length) - head.length));
    for (const { shape, fill } of tensors) {
      const values = new Float32Array(bytesOf(shape) / 4);
      fill(values);
      writeAll(file, Buffer.from(values.buffer));
      writeSync(file, Buffer.alloc(padded(values.byteLength) - values.byteLength));
    }
  } finally {
    closeSync(file);
  }
  renameSync(unfinished, path);
}

const bytesOf = (shape: readonly number[]): number => 4 * shape.reduce((product, axis) => product * axis, 1);
const padded = (length: number): number => Math.ceil(length / alignment) * alignment;

function writeAll(file: number, bytes: Buffer): void {
  for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at);
}

function factBytes(fact: GgufFact): readonly Buffer[] {
  if ("u32" in fact) return [u32(types.u32), u32(fact.u32)];
  if ("f32" in fact) return [u32(types.f32), f32(fact.f32)];
  if ("bool" in fact) return [u32(types.bool), Buffer.from([fact.bool ? 1 : 0])];
  if ("text" in fact) return [u32(types.text), text(fact.text)];
  if ("texts" in fact)
    return [u32(types.list), u32(types.text), u64(fact.texts.length), ...fact.texts.map(text)];
  return [u32(types.list), u32(types.i32), u64(fact.i32s.length), ...fact.i32s.map(u32)];
}

function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value >>> 0);
  return bytes;
}
function f32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeFloatLE(value);
  return bytes;
}
function u64(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt(value));
  return bytes;
}
const text = (value: string): Buffer => {
  const bytes = Buffer.from(value);
  return Buffer.concat([u64(bytes.length), bytes]);
};
