import { readdirSync, readFileSync } from "node:fs";
import type { Command } from "commander";
import { describe, expect, it } from "vitest";
import { createProgram } from "../../cli/program.ts";
import { importFormats } from "../../evals/data/import/import-options.ts";
import * as scorers from "../../evals/scorers/index.ts";
import * as classifiers from "../../src/router/classifiers/index.ts";
import { root } from "../support/package-sources.ts";

/**
 * What CONTRIBUTING.md asks of a new part, as far as no conformance suite asks it already: that it is exported,
 * tested and named in the README where people look for it.
 */
const read = (file: string) => readFileSync(root + file, "utf8");

/** Names of the source files of a folder, itself alone. */
const sourcesIn = (folder: string) =>
  readdirSync(root + folder)
    .filter((file) => file.endsWith(".ts"))
    .map((file) => file.slice(0, -".ts".length));

const testsIn = (folder: string) =>
  readdirSync(root + folder)
    .filter((file) => file.endsWith(".test.ts"))
    .map((file) => read(`${folder}/${file}`));

const camelCase = (name: string) => name.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase());

describe("every provider", () => {
  const tests = testsIn("test/router/providers").filter((text) => text.includes("providerConformance({"));

  it.each(sourcesIn("src/router/providers"))(
    "%s is run through the conformance suite, and in the README",
    (name) => {
      expect(tests.some((text) => text.includes(`"../../../src/router/providers/${name}.ts"`))).toBe(true);
      const row = `| \`${camelCase(name)}\` from \`switchpoint/providers/${name}\` |`;
      expect(read("README.md").includes(row)).toBe(true);
    },
  );
});

describe("every import format", () => {
  const tests = testsIn("test/evals/data/import");

  it.each(importFormats)("%s has a test, and a row in the README", (name) => {
    expect(tests.some((text) => text.includes(`from: "${name}"`))).toBe(true);
    expect(read("evals/data/import/README.md").includes(`| \`${name}\` |`)).toBe(true);
  });
});

describe("every scorer", () => {
  const names = sourcesIn("evals/scorers").filter(
    (name) => !["index", "score-with", "scorer"].includes(name),
  );

  it.each(names)("%s is exported, and in the README", (name) => {
    expect(Object.keys(scorers)).toContain(camelCase(name));
    const row = new RegExp(`^\\|.*\`${camelCase(name)}\\(\\)\``, "m");
    expect(row.test(read("evals/scorers/README.md"))).toBe(true);
  });
});

describe("every classifier", () => {
  const names = sourcesIn("src/router/classifiers").filter((name) =>
    /\): Classifier \{/.test(read(`src/router/classifiers/${name}.ts`)),
  );

  it.each(names)("%s is exported, and in the README", (name) => {
    expect(Object.keys(classifiers)).toContain(camelCase(name));
    expect(read("src/router/classifiers/README.md").includes(`| \`${camelCase(name)}()\``)).toBe(true);
  });
});

describe("every command", () => {
  const program = createProgram({
    stdout: () => {},
    stderr: () => {},
    stdin: (async function* () {})(),
    stdinIsTerminal: false,
    env: {},
    now: () => 0,
    drained: async () => {},
  });
  const below = (command: Command, path: string): readonly (readonly [string, Command])[] =>
    command.commands.flatMap((one) => [
      [`${path} ${one.name()}`, one] as const,
      ...below(one, `${path} ${one.name()}`),
    ]);

  it.each(below(program, "switchpoint"))("%s shows an example in its help", (path, command) => {
    let help = "";
    command.configureOutput({ writeOut: (text) => (help += text) }).outputHelp();
    expect(help.split("Example:\n")[1]).toContain(path);
  });

  it.each(below(program, "switchpoint"))("%s is in a page about commands", (path) => {
    const pages = ["docs/command-line.md", "evals/README.md", "evals/data/import/README.md"].map(read);
    expect(pages.some((page) => page.includes(path))).toBe(true);
  });
});
