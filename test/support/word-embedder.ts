import type { Embed, Embedder, EmbeddingRecord } from "../../src/router/classifiers/index.ts";

const dimensions = 16;

/** Embeds texts by counting hashed words, so that texts with the same words are near each other. */
export const embedWords: Embed = async (texts) => texts.map(vectorOf);

export const wordEmbedder: Embedder = { embed: embedWords };

export function vectorOf(text: string): number[] {
  const vector = Array.from({ length: dimensions }, () => 0);
  for (const word of text.toLowerCase().split(/\W+/)) {
    let hash = 7;
    for (let at = 0; at < word.length; at += 1) hash = (hash * 31 + word.charCodeAt(at)) % 9_973;
    const place = hash % dimensions;
    vector[place] = (vector[place] ?? 0) + 1;
  }
  return vector;
}

const topics = [
  { words: ["capital", "country", "river", "name", "flag"], small: 1 },
  { words: ["prove", "theorem", "integral", "lemma", "bound"], small: 0 },
] as const;

/**
 * Creates outcomes of two models: the small one is good at geography and bad at mathematics. Deterministic.
 */
export function recordsOf(count: number): EmbeddingRecord[] {
  return Array.from({ length: count }, (_, index) => {
    const { words, small } = topics[index % 2] as (typeof topics)[number];
    const picked = [0, 1, 2].map((step) => words[(index * (step + 1) + step) % words.length]);
    return {
      prompt: `${picked.join(" ")} ${index}`,
      outcomes: { small: { quality: small }, large: { quality: 1 } },
    };
  });
}
