/** Reads the lines of a file. `blocks`: pieces that end where a line ends. */
export async function* textLines(blocks: AsyncIterable<Uint8Array>): AsyncGenerator<string, void> {
  const decoder = new TextDecoder();
  for await (const block of blocks) yield* decoder.decode(block).split("\n");
}
