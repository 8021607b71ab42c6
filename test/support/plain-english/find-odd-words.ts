import { textsOf } from "./texts-of.ts";
import { dataFiles, type OddWord, oddBeginnings, oddWords } from "./words.ts";

const patterns = oddWords.map((word) => ({ word, regexp: regexpOf(word) }));
const beginning = new RegExp(`^\\s*(${oddBeginnings.join("|")})(?![\\w'])`);

/** `src/a.ts:12: "anew" -> say "again"`, for each idiom in the comments, strings or paragraphs of a file. */
export function findOddWords(file: string, source: string): readonly string[] {
  const found: { readonly at: number; readonly message: string }[] = [];
  const isData = dataFiles.some((name) => file.endsWith(`/${name}.ts`));
  for (const { kind, prose, at } of textsOf(file, source)) {
    if (kind === "string" && isData) continue;
    const first = kind === "doc" ? beginning.exec(prose)?.[1] : undefined;
    if (first !== undefined)
      found.push({ at, message: `a doc comment begins with "${first}" -> begin with a noun or a verb` });
    for (const { word, regexp } of patterns)
      for (const { 0: match, index } of prose.matchAll(regexp))
        found.push({ at: at + index, message: `"${match.replace(/\s+/g, " ")}" -> say "${word.say}"` });
  }
  return found
    .toSorted((a, b) => a.at - b.at)
    .map(({ at, message }) => `${file}:${lineOf(source, at)}: ${message}`);
}

function regexpOf({ pattern }: OddWord): RegExp {
  return new RegExp(`(?<![\\w'-])(?:${pattern.replaceAll(" ", "\\s+")})(?![\\w'-])`, "gi");
}

function lineOf(source: string, at: number): number {
  return source.slice(0, at).split("\n").length;
}
