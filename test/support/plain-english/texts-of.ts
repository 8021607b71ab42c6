import ts from "typescript";

/** A comment, a string or a page, as long as in its source so that positions stay true. */
export interface Text {
  readonly kind: "doc" | "comment" | "string" | "page";
  /** What is no prose (marks of comments, code in backticks, quotations) is blanked. */
  readonly prose: string;
  /** Where it begins in the source, in UTF-16 code units. */
  readonly at: number;
}

/** The prose of a source or Markdown file. */
export function textsOf(file: string, source: string): readonly Text[] {
  return file.endsWith(".md") ? [{ kind: "page", prose: proseOfPage(source), at: 0 }] : textsOfCode(source);
}

function textsOfCode(source: string): readonly Text[] {
  const tree = ts.createSourceFile("file.ts", source, {
    languageVersion: ts.ScriptTarget.ES2023,
    jsDocParsingMode: ts.JSDocParsingMode.ParseNone,
  });
  /** Ends of strings, templates and patterns by start: what looks like a comment in them is none. */
  const literals = new Map<number, number>();
  const texts: Text[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isLiteralExpression(node) || ts.isTemplateHead(node) || ts.isTemplateMiddleOrTemplateTail(node))
      literals.set(node.getStart(tree), node.getEnd());
    if (ts.isStringLiteralLike(node) || ts.isTemplateHead(node) || ts.isTemplateMiddleOrTemplateTail(node)) {
      const at = node.getStart(tree) + 1;
      const raw = source.slice(at, node.getEnd() - 1);
      // One word is a name: a key, a path, an option.
      if (/[A-Za-z]\s+[A-Za-z]/.test(raw))
        texts.push({ kind: "string", prose: blankCode(raw.replace(/\\[nrt]/g, "  ")), at });
    }
    ts.forEachChild(node, visit);
  };
  visit(tree);
  return [...texts, ...joined(commentsOf(source, literals), source)];
}

/** Ends of the comments by start. Faster than asking for the comments around each token. */
function commentsOf(source: string, literals: ReadonlyMap<number, number>): ReadonlyMap<number, number> {
  const comments = new Map<number, number>();
  const marks = /["'`}/]/g;
  for (let mark = marks.exec(source); mark !== null; mark = marks.exec(source)) {
    const at = mark.index;
    const isComment = source.startsWith("//", at) || source.startsWith("/*", at);
    const end = literals.get(at) ?? (isComment ? endOfComment(source, at) : undefined);
    if (end === undefined) continue;
    if (!literals.has(at)) comments.set(at, end);
    marks.lastIndex = end;
  }
  return comments;
}

function endOfComment(source: string, at: number): number {
  if (source.startsWith("/*", at)) return source.indexOf("*/", at) + 2;
  const rest = /\r?\n|$/g;
  rest.lastIndex = at;
  return rest.exec(source)?.index ?? source.length;
}

/** Comments, those of successive lines as one. */
function joined(comments: ReadonlyMap<number, number>, source: string): readonly Text[] {
  const texts: Text[] = [];
  let open: { at: number; end: number } | undefined;
  const close = () => {
    if (open === undefined) return;
    const raw = source.slice(open.at, open.end);
    const marks = /^\/\*\*?|\*\/$|^[ \t]*\*(?!\S)|^[ \t]*\/\//gm;
    const prose = blankCode(raw.replace(marks, spaces));
    texts.push({ kind: raw.startsWith("/**") ? "doc" : "comment", prose, at: open.at });
    open = undefined;
  };
  for (const [at, end] of [...comments].sort(([a], [b]) => a - b)) {
    const goesOn =
      open !== undefined &&
      source.startsWith("//", open.at) &&
      source.startsWith("//", at) &&
      /^\r?\n[ \t]*$/.test(source.slice(open.end, at));
    if (!goesOn) close();
    open = { at: open?.at ?? at, end };
  }
  close();
  return texts;
}

function proseOfPage(source: string): string {
  const blocks = /^(```|~~~)[\s\S]*?^\1.*$|<!--[\s\S]*?-->/gm;
  const listings = /^(?: {4}|\t)\S.*$/gm;
  const addresses = /\]\([^)\s]*\)/g;
  return blankCode(source.replace(blocks, spaces).replace(listings, spaces).replace(addresses, spaces));
}

/** Without code in backticks and quotations: a text may speak about a word without using it. */
function blankCode(prose: string): string {
  return prose.replace(/`[^`\n]*(?:\n[^`\n]*)?`|"[^"\n]{1,80}"|“[^”]{1,80}”/g, (code) =>
    filled(code, "\u00b7"),
  );
}

function spaces(text: string): string {
  return filled(text, " ");
}

/** As long as the text, with its lines. */
function filled(text: string, filler: string): string {
  return text.replace(/[^\n]/g, filler);
}
