import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { root } from "../support/package-sources.ts";
import { findOddWords } from "../support/plain-english/find-odd-words.ts";
import { dataFiles, oddBeginnings, oddWords } from "../support/plain-english/words.ts";

/**
 * Rooms whose comments, messages and pages are in plain English. Add one when it is; `SWITCHPOINT_ROOM=src/router/limits`
 * looks at one that is not in the list yet.
 */
const clean: readonly string[] = [
  "CHANGELOG.md",
  "CONTRIBUTING.md",
  "README.md",
  "docs",
  "cli",
  "evals",
  "policies",
  "src",
  "studies",
  "test/router/budget",
  "test/router/call",
  "test/plugin",
  "test/router/life",
];

const rooms = process.env["SWITCHPOINT_ROOM"]?.split(",") ?? clean;

/** Source files and pages of a room, a folder or a file. */
function filesOf(room: string): readonly string[] {
  if (statSync(join(root, room)).isFile()) return [room];
  return readdirSync(join(root, room), { recursive: true, encoding: "utf8" })
    .filter((name) => /\.(ts|mjs|md)$/.test(name) && !name.includes(".generated."))
    .map((name) => join(room, name));
}

it.each(rooms)("%s is in plain English", (room) => {
  const files = filesOf(room);
  expect(files).not.toEqual([]);
  expect(files.flatMap((file) => findOddWords(file, readFileSync(join(root, file), "utf8")))).toEqual([]);
});

describe("the list of odd words", () => {
  const inComment = (text: string) => findOddWords("src/a.ts", `// ${text}\nexport {};\n`);

  it.each(oddWords)("finds $pattern", ({ odd, say, fine }) => {
    expect(inComment(odd).join("\n")).toContain(`-> say "${say}"`);
    if (fine !== undefined) expect(inComment(fine)).toEqual([]);
  });

  it("names files of data that exist", () => {
    const files = ["src", "policies", "evals", "cli", "studies"].flatMap(filesOf);
    const absent = dataFiles.filter((name) => !files.some((file) => file.endsWith(`/${name}.ts`)));
    expect(absent).toEqual([]);
  });
});

describe("odd words are found", () => {
  it("in comments, messages and pages, with file and line, also over the end of a line", () => {
    const source = [
      "/**",
      " * Reads it anew, and for",
      " * want of money never again.",
      " */",
      `export const read = (id: string) => \`one of late: \${id} of late\`;`,
      "// A line that says so,",
      "// be",
      "// it right or wrong.",
    ].join("\n");
    expect(findOddWords("src/read.ts", source)).toEqual([
      'src/read.ts:2: "anew" -> say "again"',
      'src/read.ts:2: "for want of" -> say "for lack of, because there is no"',
      'src/read.ts:5: "of late" -> say "recently"',
      'src/read.ts:5: "of late" -> say "recently"',
      'src/read.ts:7: "be it" -> say "whether it is"',
    ]);
    expect(findOddWords("docs/a.md", "# Title\n\nAll is read anew.\n")).toEqual([
      'docs/a.md:3: "anew" -> say "again"',
    ]);
  });

  it("in doc comments that begin without a subject", () => {
    for (const first of oddBeginnings)
      expect(findOddWords("src/a.ts", `/** ${first} it is. */\nexport {};\n`)).toContain(
        `src/a.ts:1: a doc comment begins with "${first}" -> begin with a noun or a verb`,
      );
    expect(findOddWords("src/a.ts", "/** Offers, `What` is asked. */\n// What it is.\nexport {};\n")).toEqual(
      [],
    );
  });

  it("nowhere in code, in names, in quotations and in data", () => {
    const source = [
      "import { itinerary } from './itinerary.ts';",
      '// The word `anew`, or "be it".',
      "export const dear = { whoever: 'nobody', told: itinerary.his };",
    ].join("\n");
    expect(findOddWords("src/a.ts", source)).toEqual([]);
    const page =
      'The word `anew`.\n\n```ts\n// read anew\n```\n\n    read --anew\n\n[it](docs/anew.md) "anew"\n';
    expect(findOddWords("docs/a.md", page)).toEqual([]);
    expect(findOddWords("src/testing/sample-answers.ts", "export const a = 'he has it';")).toEqual([]);
  });
});
