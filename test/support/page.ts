/** A link of a Markdown page, relative to the page's folder. */
export interface Link {
  readonly line: number;
  /** Empty: the page itself. */
  readonly target: string;
  /** Without `#`; empty where there is none. */
  readonly anchor: string;
}

/** Something a page names, with its line. */
export interface Named {
  readonly line: number;
  readonly name: string;
}

/** A line that says something of the future carries this mark: what it names is not looked for. */
const unchecked = "<!-- check -->";

interface Line {
  readonly line: number;
  readonly text: string;
  /** Part of a fenced block or a listing. */
  readonly isCode: boolean;
}

function linesOf(page: string): readonly Line[] {
  let fence: string | undefined;
  return page.split("\n").map((text, index) => {
    const mark = /^\s*(```|~~~)/.exec(text)?.[1];
    const isFence = mark !== undefined && (fence === undefined || fence === mark);
    const isCode = isFence || fence !== undefined || /^(?: {4}|\t)/.test(text);
    if (isFence) fence = fence === undefined ? mark : undefined;
    return { line: index + 1, text, isCode };
  });
}

/** Links to files and headings; addresses of the web are left out. */
export function linksOf(page: string): readonly Link[] {
  return prose(page).flatMap(({ line, text }) =>
    [...text.replace(/`[^`]*`/g, "").matchAll(/\]\((?!\w+:)([^)#\s]*)(?:#([^)\s]*))?\)/g)].map(
      ([, target = "", anchor = ""]) => ({ line, target, anchor }),
    ),
  );
}

/** Anchors of the headings, as GitHub makes them. */
export function anchorsOf(page: string): ReadonlySet<string> {
  const anchors = new Set<string>();
  for (const { text } of prose(page)) {
    const heading = /^#{1,6} +(.+?) *#*$/.exec(text)?.[1];
    if (heading === undefined) continue;
    const anchor = heading
      .replace(/\[([^\]]*)\]\([^)]*\)/g, "$1")
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\p{M}_\- ]/gu, "")
      .replaceAll(" ", "-");
    let free = anchor;
    for (let count = 1; anchors.has(free); count += 1) free = `${anchor}-${count}`;
    anchors.add(free);
  }
  return anchors;
}

/** A path below one of the folders at the top, or a source file or page in any other folder. */
const repositoryPath =
  /^(?:(?:\.ci|cli|docs|evals|examples|policies|src|studies|test)\/[\w./-]*|(?:\.{0,2}\/)?[\w-]+\/[\w./-]+\.(?:ts|mjs|md))$/;

/** Paths of files and folders that the page names in backticks; those with a placeholder are left out. */
export function pathsIn(page: string): readonly Named[] {
  return prose(page).flatMap(({ line, text }) =>
    [...text.matchAll(/`([^`]+)`/g)]
      .flatMap(([, code = ""]) => code.split(/\s+/))
      .filter((word) => repositoryPath.test(word))
      .map((name) => ({ line, name })),
  );
}

/** Scripts of `package.json` that the page tells to run, in prose and in listings. */
export function scriptsIn(page: string): readonly Named[] {
  return linesOf(page)
    .filter(({ text }) => !text.includes(unchecked))
    .flatMap(({ line, text }) =>
      [...text.matchAll(/\bnpm run ((?:-{1,2}\w+ )*)([\w:-]+)/g)].map(([, , name = ""]) => ({ line, name })),
    );
}

/**
 * Calls of `switchpoint` that the page shows, in listings and in backticks, without the name. A line that ends in a
 * backslash goes on; what follows a comment, a pipe, a redirection or two spaces is left out.
 */
export function commandsIn(page: string): readonly Named[] {
  const commands: Named[] = [];
  const call = /^\s*(?:[A-Z_]+=\S+ +)*(?:npx )?switchpoint +(.+)$/;
  const add = (line: number, text: string) => {
    const name = call
      .exec(text)?.[1]
      ?.split(/ +(?:[#>]|&&|\|(?! --)) ?| {2,}(?![ \-([])/)[0]
      ?.trim();
    if (name !== undefined && name !== "") commands.push({ line, name });
  };
  let begun = "";
  for (const { line, text, isCode } of linesOf(page)) {
    if (text.includes(unchecked)) continue;
    if (!isCode) for (const [, code = ""] of text.matchAll(/`([^`]+)`/g)) add(line, code);
    else if (text.endsWith("\\")) begun += `${text.slice(0, -1).trimEnd()} `;
    else {
      add(line, begun === "" ? text : `${begun}${text.trim()}`);
      begun = "";
    }
  }
  return commands;
}

/** Lines outside of code that can be looked at. */
function prose(page: string): readonly Line[] {
  return linesOf(page).filter(({ text, isCode }) => !isCode && !text.includes(unchecked));
}
