import { readdirSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { rolldown } from "rolldown";
import ts from "typescript";
import { expect, test } from "vitest";
import { root } from "../support/package-sources.ts";

/** All that the router may know. The other wings are not there. */
const present = ["src/contracts", "src/plugin", "src/router", "policies"];
const files = [
  "src/index.ts",
  "src/version.ts",
  ...present.flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
      .filter((name) => name.endsWith(".ts"))
      .map((name) => join(folder, name)),
  ),
];

const parsed = new Map<string, ts.SourceFile>();

/**
 * Returns the imports that a program of these files alone does not find: a file, or a name that a file does not export. What
 * a file compiles to depends on what it imports alone, and the type check of the whole project finds all else.
 */
function missingIn(sources: readonly string[]): readonly string[] {
  const paths = new Set(sources.map((file) => join(root, file)));
  const options: ts.CompilerOptions = {
    noLib: true,
    types: [],
    noEmit: true,
    allowImportingTsExtensions: true,
  };
  const host = ts.createCompilerHost(options);
  const { getSourceFile } = host;
  host.getSourceFile = (path, ...rest) => {
    const known = parsed.get(path) ?? getSourceFile(path, ...rest);
    if (known !== undefined) parsed.set(path, known);
    return known;
  };
  host.fileExists = (path) => paths.has(path);
  host.resolveModuleNameLiterals = (literals, from) =>
    literals.map(({ text }) => {
      const path = resolve(dirname(from), text);
      const found = text.startsWith(".") && paths.has(path);
      return { resolvedModule: found ? { resolvedFileName: path, extension: ts.Extension.Ts } : undefined };
    });
  const program = ts.createProgram([...paths], options, host);
  const checker = program.getTypeChecker();
  return program.getSourceFiles().flatMap((source) => {
    const place = relative(root, source.fileName);
    const absent = ts
      .preProcessFile(source.text, true, true)
      .importedFiles.filter(({ fileName: name }) => name.startsWith("."))
      .filter(({ fileName: name }) => !paths.has(resolve(dirname(source.fileName), name)))
      .map(({ fileName: name }) => `${place}: ${name}`);
    const nameless = source.statements.flatMap(namesFrom).filter((name) => {
      const symbol = checker.getSymbolAtLocation(name);
      return symbol === undefined || checker.getAliasedSymbol(symbol).declarations === undefined;
    });
    return [...absent, ...nameless.map((name) => `${place}: ${name.getText(source)}`)];
  });
}

/** The names that a statement imports from a file of the project. */
function namesFrom(statement: ts.Statement): readonly ts.Node[] {
  if (!ts.isImportDeclaration(statement) && !ts.isExportDeclaration(statement)) return [];
  const { moduleSpecifier } = statement;
  if (moduleSpecifier === undefined || !ts.isStringLiteral(moduleSpecifier)) return [];
  if (!moduleSpecifier.text.startsWith(".")) return [];
  const clause = ts.isImportDeclaration(statement)
    ? statement.importClause?.namedBindings
    : statement.exportClause;
  return clause !== undefined && (ts.isNamedImports(clause) || ts.isNamedExports(clause))
    ? clause.elements.map(({ name }) => name)
    : [];
}

test("the router compiles with contracts, helpers and policies, where the other wings are absent", () => {
  expect(files.length).toBeGreaterThan(400);
  expect(missingIn(files)).toEqual([]);
});

test("a file or a name that is not there is found", () => {
  const without = files.filter((file) => file !== "src/router/cost/gpu-cost.ts");
  expect(missingIn(without)).toEqual(
    expect.arrayContaining([
      "src/router/create/create-router.ts: ../cost/gpu-cost.ts",
      "src/router/create/create-router.ts: gpuCost",
    ]),
  );
});

test("a bundle of createRouter for the edge has no store, no loop and no server", async () => {
  const bundle = await rolldown({
    input: `${root}src/index.ts`,
    platform: "browser",
    external: (id) => !id.startsWith(".") && !id.startsWith("/"),
    logLevel: "silent",
  });
  const { output } = await bundle.generate({ format: "esm" });
  await bundle.close();
  const modules = output.flatMap((chunk) => (chunk.type === "chunk" ? chunk.moduleIds : []));
  const bundled = modules.map((id) => relative(root, id));
  expect(bundled).toContain("src/router/create/create-router.ts");
  expect(bundled.filter((file) => /^(?:src\/(?:fleet|loop|serve)|evals|cli)\//.test(file))).toEqual([]);
});
