import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import type { Command } from "commander";
import { describe, expect, it } from "vitest";
import { createProgram } from "../../cli/program.ts";
import { root } from "../support/package-sources.ts";
import { anchorsOf, commandsIn, linksOf, pathsIn, scriptsIn } from "../support/page.ts";

/** All pages of the repository, as paths from its root. */
const pages = [
  ...readdirSync(root).filter((file) => file.endsWith(".md")),
  ...["docs", "src", "policies", "evals", "cli", "studies", "test"].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
      .filter((file) => file.endsWith(".md"))
      .map((file) => join(folder, file)),
  ),
];
const textOf = new Map(pages.map((page) => [page, readFileSync(join(root, page), "utf8")]));
const read = (page: string) => textOf.get(page) ?? "";

/** Where a link of a page leads, as a path from the root. */
const targetOf = (page: string, target: string) =>
  target === "" ? page : normalize(join(dirname(page), target)).replace(/\/$/, "");

describe.each(pages)("%s", (page) => {
  it("links to files and headings that are there", () => {
    const broken = linksOf(read(page)).filter(({ target, anchor }) => {
      const path = targetOf(page, target);
      if (!existsSync(join(root, path))) return true;
      return anchor !== "" && !anchorsOf(read(path)).has(anchor);
    });
    expect(broken).toEqual([]);
  });

  it("names paths of the repository that are there", () => {
    const places = [root, join(root, dirname(page))];
    const absent = pathsIn(read(page)).filter(({ name }) => !places.some((at) => existsSync(join(at, name))));
    expect(absent).toEqual([]);
  });

  it("tells to run scripts that are there", () => {
    const { scripts } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
    expect(scriptsIn(read(page)).filter(({ name }) => !Object.hasOwn(scripts, name))).toEqual([]);
  });
});

describe("commands that pages show", () => {
  const program = createProgram({
    stdout: () => {},
    stderr: () => {},
    stdin: (async function* () {})(),
    stdinIsTerminal: false,
    env: {},
    now: () => 0,
    drained: async () => {},
  });

  /** Fault of a call: a command or an option that does not exist. */
  function faultOf(call: string): string | undefined {
    const words = call.match(/"[^"]*"|'[^']*'|\S+/g) ?? [];
    let command: Command = program;
    let index = 0;
    for (; index < words.length; index += 1) {
      const next = command.commands.find((one) => one.name() === words[index]);
      if (next === undefined) break;
      command = next;
    }
    const rest = words.slice(index);
    // `switchpoint X --help` stands for any command.
    if (command === program && rest[0] === "X") return undefined;
    const takesNames = command.registeredArguments.length > 0;
    if (command.commands.length > 0 && !takesNames && rest[0] !== undefined && !rest[0].startsWith("-"))
      return `no command ${rest[0]}`;
    const known = new Set(["--help", "--version", ...command.options.map(({ long }) => long)]);
    const unknown = rest.map((word) => /^[[(]?(--[a-z-]+)/.exec(word)?.[1]);
    const bad = unknown.filter((option) => option !== undefined && !known.has(option));
    return bad.length === 0 ? undefined : `no option ${bad.join(", ")}`;
  }

  it.each(pages.filter((page) => page !== "CHANGELOG.md"))(
    "%s names commands and options that exist",
    (page) => {
      const faults = commandsIn(read(page)).flatMap(({ line, name }) => {
        const fault = faultOf(name);
        return fault === undefined ? [] : [`${page}:${line}: ${fault}: ${name}`];
      });
      expect(faults).toEqual([]);
    },
  );

  it("finds what does not exist, over several lines", () => {
    const page =
      "    npx switchpoint eval tune --outcomes f \\\n      --max-los 2  # note --none\n\n`switchpoint dem`";
    const calls = commandsIn(page);
    expect(calls.map(({ name }) => name)).toEqual(["eval tune --outcomes f --max-los 2", "dem"]);
    expect(calls.map(({ name }) => faultOf(name))).toEqual(["no option --max-los", "no command dem"]);
  });
});

it("every page of docs is reached from the README, CONTRIBUTING or docs/README", () => {
  const reached = new Set<string>();
  const visit = (page: string): void => {
    if (reached.has(page) || !textOf.has(page)) return;
    reached.add(page);
    for (const { target } of linksOf(read(page))) {
      const path = targetOf(page, target);
      visit(path);
      visit(join(path, "README.md"));
    }
  };
  for (const page of ["README.md", "CONTRIBUTING.md", "docs/README.md"]) visit(page);
  expect(pages.filter((page) => page.startsWith("docs/") && !reached.has(page))).toEqual([]);
});

describe("the reader of pages", () => {
  const page = [
    "# A title",
    "See [below](#the-end-and-more), [it](docs/a.md#b), [web](https://a.b/c) and `[not](this.md)`.",
    "`src/index.ts` and `npx vitest run test/policies`, not `src/<name>.ts`; `npm run --silent demo`.",
    "`src/later.ts`, [later](later.md) <!-- check -->",
    "```ts",
    "# no heading [nor](a-link.md) `src/none.ts`",
    "```",
    "    npm ci && npm run build",
    "## The `end`, and more",
    "## A title",
  ].join("\n");

  it("finds links, headings, paths and scripts, and leaves out code and marked lines", () => {
    expect(linksOf(page)).toEqual([
      { line: 2, target: "", anchor: "the-end-and-more" },
      { line: 2, target: "docs/a.md", anchor: "b" },
    ]);
    expect([...anchorsOf(page)]).toEqual(["a-title", "the-end-and-more", "a-title-1"]);
    expect(pathsIn(page)).toEqual([
      { line: 3, name: "src/index.ts" },
      { line: 3, name: "test/policies" },
    ]);
    expect(scriptsIn(page)).toEqual([
      { line: 3, name: "demo" },
      { line: 8, name: "build" },
    ]);
  });
});
