export type Encoding = "o200k_base" | "cl100k_base";

/** The part of a tokeniser that is needed to count. */
export interface Encoder {
  /** Encodes a text without recognising special tokens. */
  encode_ordinary(text: string): { readonly length: number };
}

interface Ranks {
  readonly bpe_ranks: string;
  readonly special_tokens: Record<string, number>;
  readonly pat_str: string;
}

/** Loads the part of tiktoken that has no encodings, and the one that is wanted: a fifth of its size. */
export async function createEncoder(encoding: Encoding): Promise<Encoder> {
  const ranks: Promise<unknown> =
    encoding === "o200k_base"
      ? import("tiktoken/encoders/o200k_base")
      : import("tiktoken/encoders/cl100k_base");
  const [{ Tiktoken }, loaded] = await Promise.all([import("tiktoken/lite"), ranks]);
  // Their declarations describe the ES modules. Node loads the CommonJS ones, whose exports are the ranks.
  const { bpe_ranks, special_tokens, pat_str } = (loaded as { readonly default: Ranks }).default;
  return new Tiktoken(bpe_ranks, special_tokens, pat_str);
}
