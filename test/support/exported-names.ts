import { readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import ts from "typescript";

export interface ExportedNames {
  readonly values: readonly string[];
  /** Names that do not exist at run time. */
  readonly types: readonly string[];
}

/**
 * The names that a door exports, each kind sorted. Throws for a door that holds more than exports, and for one that has a
 * name twice: of two rooms with one name TypeScript shows either, without a word.
 */
export function exportedNames(file: string): ExportedNames {
  const entries = exportsOf(file);
  const namesOf = (isType: boolean) =>
    entries.filter((entry) => entry.isType === isType).map(({ name }) => name);
  const twice = entries.filter(({ name }, at) => entries.findIndex((entry) => entry.name === name) !== at);
  if (twice.length > 0) throw new Error(`${file} has twice: ${twice.map(({ name }) => name).join(" ")}`);
  return { values: namesOf(false).sort(), types: namesOf(true).sort() };
}

interface Entry {
  readonly name: string;
  readonly isType: boolean;
}

function exportsOf(file: string): readonly Entry[] {
  const source = ts.createSourceFile(file, readFileSync(file, "utf8"), ts.ScriptTarget.ES2023);
  return source.statements.flatMap((statement): readonly Entry[] => {
    if (!ts.isExportDeclaration(statement)) throw new Error(`${file} holds more than exports`);
    const { exportClause: clause, isTypeOnly, moduleSpecifier } = statement;
    if (clause === undefined)
      return exportsOf(resolve(dirname(file), (moduleSpecifier as ts.StringLiteral).text));
    if (!ts.isNamedExports(clause)) throw new Error(`${file} exports a namespace`);
    return clause.elements.map(({ name, isTypeOnly: isType }) => ({
      name: name.text,
      isType: isType || isTypeOnly,
    }));
  });
}
