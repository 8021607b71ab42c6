const endOfThinking = /<\/(?:think|thinking|reasoning)>/g;

/** Returns the text after the last block of reasoning that a model wrote into its answer. */
export function afterThinking(text: string): string {
  let start = 0;
  for (const { index, 0: tag } of text.matchAll(endOfThinking)) start = index + tag.length;
  return text.slice(start);
}
