/** A text that grows by small pieces. */
export interface GrowingText {
  add(piece: string): void;
  toString(): string;
}

const piecesPerBlock = 1_024;

/**
 * Joined in blocks, so that it takes the memory of its characters: a string made by `+=` keeps every
 * piece and a node for each, some 60 bytes a token.
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
