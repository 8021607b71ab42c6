/** A fenced block of a Markdown file. */
export interface Block {
  /** Place of its first line of code: `policies/README.md:42`. */
  readonly place: string;
  readonly code: string;
  /** True if it may be executed: blocks marked `no-run` need keys or a network. */
  readonly runs: boolean;
}

/** Returns the ```ts blocks of a Markdown text, in order. */
export function readmeBlocks(file: string, markdown: string): readonly Block[] {
  const blocks: Block[] = [];
  let open: { readonly line: number; readonly info: string; readonly code: string[] } | undefined;
  for (const [index, line] of markdown.split("\n").entries()) {
    if (open === undefined) {
      if (line.startsWith("```")) open = { line: index + 2, info: line.slice(3).trim(), code: [] };
    } else if (line.trimEnd() === "```") {
      const [language, ...marks] = open.info.split(/\s+/);
      if (language === "ts")
        blocks.push({
          place: `${file}:${open.line}`,
          code: open.code.join("\n"),
          runs: !marks.includes("no-run"),
        });
      open = undefined;
    } else open.code.push(line);
  }
  if (open !== undefined) throw new Error(`${file}:${open.line}: the block is not closed`);
  return blocks;
}
