import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import ts from "typescript";
import { describeKind, rangeOf } from "../../src/plugin/options/describe-kind.ts";
import type { AnyOption, AnyOptions } from "../../src/plugin/options/option-kind.ts";
import { root } from "./package-sources.ts";

/** A table of options of the sources, found by its annotation: `export const stickyOptions: OptionTable<…> = …`. */
export interface FoundTable {
  /** Path from the root. */
  readonly file: string;
  readonly name: string;
  /** Name of the type that documents the options. */
  readonly type: string;
  /** First argument of the call that reads the table, where it is a text. */
  readonly owner: string | undefined;
  readonly options: AnyOptions;
  /** Documents by option. */
  readonly documents: Readonly<Record<string, string>>;
}

const sources = ["policies", "src", "evals", "cli"].flatMap((folder) =>
  readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".ts"))
    .sort()
    .map((file) => join(folder, file)),
);

/** Finds all tables, in the order of their files. */
export async function findOptionTables(): Promise<readonly FoundTable[]> {
  const found: FoundTable[] = [];
  for (const file of sources) {
    if (!/: OptionTable</.test(textOf(file))) continue;
    const source = parse(file);
    const values: Readonly<Record<string, AnyOptions>> = await import(join(root, file));
    for (const { name, of } of tablesIn(source)) {
      const options = values[name];
      const type = /\b(?!Omit\b|Pick\b)[A-Z]\w*/.exec(of)?.[0] ?? of;
      if (options === undefined) {
        // The kinds of a type that is not exported are part of another table.
        if (new RegExp(`^(?:interface|type) ${type}\\b`, "m").test(textOf(file))) continue;
        throw new Error(`${file} must export ${name}, so that it is documented`);
      }
      const documents = Object.fromEntries(documentsOf(file, type));
      found.push({ file, name, type, owner: ownerIn(source, name), options, documents });
    }
  }
  return found;
}

function textOf(file: string): string {
  return readFileSync(join(root, file), "utf8");
}

const parsed = new Map<string, ts.SourceFile>();

function parse(file: string): ts.SourceFile {
  const source = parsed.get(file) ?? ts.createSourceFile(file, textOf(file), ts.ScriptTarget.ES2023, true);
  parsed.set(file, source);
  return source;
}

/** Exported tables, with the text of the type that they are made for. */
function tablesIn(source: ts.SourceFile): readonly { readonly name: string; readonly of: string }[] {
  return source.statements.flatMap((statement) => {
    if (!ts.isVariableStatement(statement)) return [];
    return statement.declarationList.declarations.flatMap(({ name, type }) => {
      if (type === undefined || !ts.isTypeReferenceNode(type)) return [];
      const [of] = type.typeName.getText() === "OptionTable" ? (type.typeArguments ?? []) : [];
      // A type that is written out has no name and no documents.
      return of === undefined || !ts.isTypeReferenceNode(of)
        ? []
        : [{ name: name.getText(), of: of.getText() }];
    });
  });
}

/** Returns the owner with which a table is read, where it is a text or a constant of the file. */
function ownerIn(source: ts.SourceFile, table: string): string | undefined {
  const text = source.getFullText();
  const owner = new RegExp(`readOptions\\(\\s*("[^"]+"|\\w+),\\s*${table},`).exec(text)?.[1];
  const constant = owner && new RegExp(`^const ${owner} = ("[^"]+");`, "m").exec(text)?.[1];
  return /^"(.+)"$/.exec(constant ?? owner ?? "")?.[1];
}

/** Documents of the options of a type by name: those of a file, or of what it imports. */
function documentsOf(file: string, type: string): readonly (readonly [string, string])[] {
  const source = parse(file);
  const declared = source.statements.find(
    (one) => (ts.isInterfaceDeclaration(one) || ts.isTypeAliasDeclaration(one)) && one.name.text === type,
  );
  if (declared === undefined) {
    const from = importedFrom(source, type);
    return from === undefined ? [] : documentsOf(from, type);
  }
  if (ts.isTypeAliasDeclaration(declared))
    return namesIn(declared.type).flatMap((name) => documentsOf(file, name));
  const { heritageClauses = [], members } = declared as ts.InterfaceDeclaration;
  const inherited = heritageClauses.flatMap(({ types }) => types.flatMap(namesIn));
  const own = members.flatMap((member) => {
    const [document] = ts.getJSDocCommentsAndTags(member).filter(ts.isJSDoc);
    const text = ts.getTextOfJSDocComment(document?.comment)?.split("\n\n")[0]?.replace(/\s+/g, " ").trim();
    return text === undefined || member.name === undefined ? [] : [[member.name.getText(), text] as const];
  });
  return [...inherited.flatMap((name) => documentsOf(file, name)), ...own];
}

function namesIn(type: ts.Node): readonly string[] {
  return [...type.getText().matchAll(/\b(?!Omit\b|Pick\b)[A-Z]\w+/g)].map(([name]) => name);
}

/** Returns the file that declares an imported type. An index stands for the files of its folder. */
function importedFrom(source: ts.SourceFile, type: string): string | undefined {
  for (const statement of source.statements) {
    if (!ts.isImportDeclaration(statement)) continue;
    const names = statement.importClause?.namedBindings?.getText() ?? "";
    const target = (statement.moduleSpecifier as ts.StringLiteral).text;
    if (!new RegExp(`\\b${type}\\b`).test(names) || !target.startsWith(".")) continue;
    const path = normalize(join(dirname(source.fileName), target));
    const declares = new RegExp(`^export (?:interface|type) ${type}\\b`, "m");
    if (declares.test(textOf(path))) return path;
    const folders = [dirname(path), "src/contracts"];
    return sources.find(
      (one) => folders.some((folder) => one.startsWith(`${folder}/`)) && declares.test(textOf(one)),
    );
  }
  return undefined;
}

const intro = `# Options

Every option that is read by a table, with what it may be and its default. This page is generated from the tables and the comments of their
types by \`npm run options\`. An option that is not known is refused, with the one that is meant; \`undefined\` counts as left out.
`;

/** Returns the reference of the tables as Markdown. */
export function optionReference(tables: readonly FoundTable[]): string {
  const folderOf = ({ file }: FoundTable) => dirname(file);
  const folders = [...new Set(tables.map(folderOf))];
  const parts = folders.flatMap((folder) => [
    `## ${folder}\n`,
    ...tables.filter((table) => folderOf(table) === folder).map(section),
  ]);
  return [intro, ...parts].join("\n");
}

function section({ file, name, type, owner, options, documents }: FoundTable): string {
  const rows = Object.entries(options).map(([key, option]) => {
    const cells = [`\`${key}\``, mustBe(option), defaultOf(option), documents[key] ?? ""];
    return `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
  });
  return [
    `### ${owner === undefined ? type : `\`${owner}\``}`,
    "",
    `\`${name}\` of \`${file}\`, documented by \`${type}\`.`,
    "",
    "| option | must be | default | |",
    "|---|---|---|---|",
    ...rows,
    "",
  ].join("\n");
}

function mustBe(option: AnyOption): string {
  if (option.is === "list" && option.expected === undefined)
    return `${describeKind(option)}: each ${mustBe(option.of)}`;
  if (option.is === "record" && option.expected === undefined)
    return `${describeKind(option)}: each ${mustBe(option.of)}`;
  if (option.is === "table")
    return `an object of ${Object.keys(option.of)
      .map((key) => `\`${key}\``)
      .join(", ")}`;
  return describeKind(option);
}

function defaultOf({ default: usual, optional }: AnyOption): string {
  if (usual === undefined) return optional ? "" : "required";
  if (typeof usual === "number") return usual.toLocaleString("en-US", { maximumFractionDigits: 12 });
  return `\`${JSON.stringify(usual)}\``;
}

const bytes = new Map<string | undefined, number>([
  ["KiB", 2 ** 10],
  ["MiB", 2 ** 20],
  ["GiB", 2 ** 30],
]);

/** Returns what a document says of defaults and ranges and the table does not. */
export function contradictions({ file, name, options, documents }: FoundTable): readonly string[] {
  return Object.entries(options).flatMap(([key, option]) => {
    const text = documents[key] ?? "";
    const wrong: string[] = [];
    const [, figure, unit] = /\bDefault:? `?"?([\w.,-]*[\w-])(?: ([KMG]iB)\b)?/.exec(text) ?? [];
    const said = figure?.replaceAll(",", "");
    const { default: usual } = option;
    const isSaid =
      said !== undefined &&
      typeof usual !== "object" &&
      (/^-?\d/.test(said) || /^(?:true|false)$/.test(said));
    const value = Number.isNaN(Number(said)) ? said : Number(said) * (bytes.get(unit) ?? 1);
    // Limits of one model have the general ones in place of a default.
    if (isSaid && !option.optional && String(usual) !== String(value))
      wrong.push(`says the default ${said}, and the table has ${String(usual)}`);
    const range = /\bin ([[(])(-?[\d.,e-]*\d), (-?[\d.,]*\d)([\])])/.exec(text);
    if (range !== null && (option.is === "number" || option.is === "share" || option.is === "duration")) {
      const [, open, low, high, close] = range;
      const { min, above, max, below } = rangeOf(option);
      const has = [
        above === undefined ? "[" : "(",
        min ?? above,
        max ?? below,
        below === undefined ? "]" : ")",
      ];
      const says = [open, Number(low?.replaceAll(",", "")), Number(high?.replaceAll(",", "")), close];
      if (says.join() !== has.join())
        wrong.push(`says ${range[0]}, and the table has ${describeKind(option)}`);
    }
    return wrong.map((problem) => `${file}, ${name}.${key}: ${problem}`);
  });
}
