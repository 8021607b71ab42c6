/** A text that grows by small pieces. */
export interface GrowingText {
  add(piece: string): void;
  toString(): string;
}

const piecesPerBlock = 1_024;

/**
 * Creates a text that is joined in blocks, so that it takes only the memory of its characters: a string built
 * with `+=` keeps every piece and a node for each, about 60 bytes per token.
 */
export function createGrowingText(): GrowingText {
  const blocks: string[] = [];
  let pieces: string[] = [];
  return {
    add(piece) {
      if (pieces.push(piece) < piecesPerBlock) return;
      blocks.push(pieces.join(""));
      pieces = [];
    },
    toString: () => blocks.join("") + pieces.join(""),
  };
}
