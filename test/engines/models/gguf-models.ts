import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { chatTemplate, thinkingTemplate } from "./chat-templates.ts";
import { type Gguf, type GgufFact, type GgufTensor, writeGguf } from "./gguf-file.ts";
import { randomNumbers } from "./random-numbers.ts";
import { isPlain, makeVocabulary } from "./vocabulary.ts";

/** Size of a model of random weights. */
interface Shape {
  readonly width: number;
  readonly layers: number;
  readonly window: number;
  readonly template: string;
  /** Logit that is added to that of a mark: a thought ends now and then. */
  readonly liked?: Readonly<Record<string, number>>;
}

/** `small` writes some thousand tokens per second on one core, `slow` about a hundred; `thinking` thinks before it answers. */
export const shapes: Readonly<Record<GgufModel, Shape>> = {
  small: { width: 128, layers: 2, window: 8_192, template: chatTemplate },
  slow: { width: 512, layers: 8, window: 8_192, template: chatTemplate },
  thinking: { width: 128, layers: 2, window: 8_192, template: thinkingTemplate, liked: { "</think>": -1 } },
};
export type GgufModel = "small" | "slow" | "thinking";

/** Changes when what is written changes: files of before are not used. */
const version = 3;
const headWidth = 64;

/** Returns the path of a model's file, and makes it if it is not there. */
export function ggufModel(folder: string, name: GgufModel): string {
  return madeOnce(folder, `${name}-${version}.gguf`, () => modelOf(name, shapes[name]));
}

/** Returns the path of a LoRA adapter for the small model, and makes it if it is not there. */
export function ggufLora(folder: string): string {
  return madeOnce(folder, `small-lora-${version}.gguf`, () => {
    const { width, layers } = shapes.small;
    const rank = 4;
    const random = randomNumbers(77);
    const fill = (values: Float32Array) => {
      for (let at = 0; at < values.length; at += 1) values[at] = random() / 2;
    };
    const facts: Record<string, GgufFact> = {
      "general.type": { text: "adapter" },
      "general.architecture": { text: "llama" },
      "adapter.type": { text: "lora" },
      "adapter.lora.alpha": { f32: 16 },
    };
    // The first row stays 0: see `steady`.
    const fillLower = (values: Float32Array) => {
      fill(values);
      values.fill(0, 0, rank);
    };
    const tensors = Array.from({ length: layers }, (_, layer) => [
      { name: `blk.${layer}.attn_output.weight.lora_a`, shape: [width, rank], fill },
      { name: `blk.${layer}.attn_output.weight.lora_b`, shape: [rank, width], fill: fillLower },
    ]).flat();
    return { facts, tensors };
  });
}

function madeOnce(folder: string, file: string, make: () => Gguf): string {
  const path = join(folder, file);
  if (existsSync(path)) return path;
  mkdirSync(folder, { recursive: true });
  writeGguf(path, make());
  return path;
}

/** A llama of random weights. What it writes means nothing; it is plain text, and ends by chance or at its limit. */
function modelOf(name: string, { width, layers, window, template, liked = {} }: Shape): Gguf {
  const { tokens, merges, marks, endOfTurn, endOfText } = makeVocabulary();
  const random = randomNumbers(4_711);
  const heads = width / headWidth;
  const inner = 3 * width;
  /**
   * The first number of each state is the same for all tokens, and no layer changes it: what the last matrix makes of it is
   * a logit that a token always has. So bytes that are no text are never written, and the end comes seldom.
   */
  const steady = 8;
  const bias = (token: string): number => {
    if (isPlain(token)) return 0;
    return token === endOfTurn ? -3 : (liked[token] ?? -40);
  };
  const scale = Math.sqrt((steady ** 2 + width / 3) / width);
  const matrix = (label: string, columns: number, rows: number, keepsFirst: boolean): GgufTensor => ({
    name: label,
    shape: [columns, rows],
    fill: (values) => {
      const spread = Math.sqrt(3 / columns);
      for (let at = keepsFirst ? columns : 0; at < values.length; at += 1) values[at] = random() * spread;
    },
  });
  const ones = (label: string): GgufTensor => ({
    name: label,
    shape: [width],
    fill: (values) => values.fill(1),
  });
  const blocks = Array.from({ length: layers }, (_, layer) => {
    const at = (part: string) => `blk.${layer}.${part}.weight`;
    return [
      ones(at("attn_norm")),
      matrix(at("attn_q"), width, width, false),
      matrix(at("attn_k"), width, width, false),
      matrix(at("attn_v"), width, width, false),
      matrix(at("attn_output"), width, width, true),
      ones(at("ffn_norm")),
      matrix(at("ffn_gate"), width, inner, false),
      matrix(at("ffn_up"), width, inner, false),
      matrix(at("ffn_down"), inner, width, true),
    ];
  }).flat();
  const embedding: GgufTensor = {
    name: "token_embd.weight",
    shape: [width, tokens.length],
    fill: (values) => {
      for (let at = 0; at < values.length; at += 1) values[at] = at % width === 0 ? steady : random();
    },
  };
  const output: GgufTensor = {
    name: "output.weight",
    shape: [width, tokens.length],
    fill: (values) => {
      for (let at = 0; at < values.length; at += 1)
        values[at] =
          at % width === 0
            ? (bias(tokens[at / width] as string) * scale) / steady
            : random() * Math.sqrt(3 / width);
    },
  };
  const idOf = (token: string): GgufFact => ({ u32: tokens.indexOf(token) });
  return {
    facts: {
      "general.architecture": { text: "llama" },
      "general.name": { text: `random ${name}` },
      "general.file_type": { u32: 0 },
      "llama.context_length": { u32: window },
      "llama.embedding_length": { u32: width },
      "llama.block_count": { u32: layers },
      "llama.feed_forward_length": { u32: inner },
      "llama.attention.head_count": { u32: heads },
      "llama.attention.head_count_kv": { u32: heads },
      "llama.attention.layer_norm_rms_epsilon": { f32: 1e-5 },
      "llama.rope.dimension_count": { u32: headWidth },
      "llama.rope.freq_base": { f32: 10_000 },
      "llama.vocab_size": { u32: tokens.length },
      "tokenizer.ggml.model": { text: "gpt2" },
      "tokenizer.ggml.pre": { text: "qwen2" },
      "tokenizer.ggml.tokens": { texts: tokens },
      // 1: an ordinary token, 3: a control token, 4: one of the user's, which is written out.
      "tokenizer.ggml.token_type": {
        i32s: tokens.map((token) => (!marks.includes(token) ? 1 : token.startsWith("<|") ? 3 : 4)),
      },
      "tokenizer.ggml.merges": { texts: merges },
      "tokenizer.ggml.eos_token_id": idOf(endOfTurn),
      "tokenizer.ggml.bos_token_id": idOf(endOfText),
      "tokenizer.ggml.padding_token_id": idOf(endOfText),
      "tokenizer.ggml.add_bos_token": { bool: false },
      "tokenizer.chat_template": { text: template },
    },
    tensors: [embedding, ...blocks, ones("output_norm.weight"), output],
  };
}
