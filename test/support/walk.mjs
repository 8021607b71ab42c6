/**
 * Counts the files that a reader passes who follows a function by its calls:
 *
 *   node test/support/walk.mjs src/router/decide/decide.ts decide
 *
 * The walk goes through the calls of our own code in the order of execution, depth first, and enters each function once. Of code
 * that branches it takes every branch, in the order of the text; code that runs when a module is loaded is not part of it.
 *
 * A STAY is a run of functions of one file in the list of functions as they are entered. Coming back to a caller starts no new
 * stay; entering another function there does. So the number depends only on which function calls which, in which order, and in
 * which file each is: not on lines, names or the form of the text.
 *
 * - Floors 1 and 2, `src/contracts` and `src/plugin`, end the walk as a package does: a reader knows their words.
 * - A call through a value (a parameter, a member of an interface, a result) cannot be followed by name. It is listed.
 * - A function that is given to code outside of the walk, as in `list.map(…)`, is taken as called there: no code of ours is
 *   between the two. One that is given to our own code, kept or returned is called through a value elsewhere, so it is listed.
 * - A function inside another one is code of the outer one where that calls it, and is not entered by itself.
 */
import { dirname, relative, resolve, sep } from "node:path";
import { parseArgs } from "node:util";
import ts from "typescript";
import { bare, isFunctionValue, isWalked, nameOf, walkCalls } from "./walk-calls.mjs";

const usage = `Usage: node test/support/walk.mjs [--json] FILE FUNCTION [FILE FUNCTION ...]

Follows the calls of our own code from a function and counts the stays in files.
FUNCTION is the name of a function, "Class.method" or "new Class".

  --json  prints the walks as JSON
  --help  prints this

Example: node test/support/walk.mjs src/router/decide/decide.ts decide`;

/** Input that is wrong: reported without a stack. */
class BadInput extends Error {}

/** Opens the project of the current folder, as far as the files import it. */
function openProject(files) {
  const config = ts.findConfigFile(process.cwd(), ts.sys.fileExists);
  if (config === undefined) throw new BadInput("there is no tsconfig.json here or in a folder above");
  const absent = files.find((file) => !ts.sys.fileExists(resolve(file)));
  if (absent !== undefined) throw new BadInput(`there is no file ${absent}`);
  const host = { ...ts.sys, onUnRecoverableConfigFileDiagnostic: refuse };
  const { options, errors } = ts.getParsedCommandLineOfConfigFile(config, { noEmit: true }, host);
  if (errors.length > 0) refuse(errors[0]);
  const program = ts.createProgram(
    files.map((file) => resolve(file)),
    options,
  );
  return { program, checker: program.getTypeChecker(), root: dirname(resolve(config)) };
}

function refuse({ messageText }) {
  throw new BadInput(`tsconfig.json: ${ts.flattenDiagnosticMessageText(messageText, " ")}`);
}

/** Finds a function, a method or a class of a file by its name. */
function findStart({ program, root }, file, name) {
  const source = program.getSourceFile(resolve(file));
  if (source === undefined || !isWalked(pathOf(root, file)))
    throw new BadInput(`${file} is not in a folder that is walked`);
  const all = source.statements.flatMap((statement) => {
    if (ts.isVariableStatement(statement))
      return statement.declarationList.declarations
        .flatMap(({ initializer }) => (initializer ? [bare(initializer)] : []))
        .filter(isFunctionValue);
    if (ts.isClassDeclaration(statement))
      return [statement, ...statement.members.filter((member) => member.name && member.body)];
    return ts.isFunctionDeclaration(statement) && statement.body ? [statement] : [];
  });
  const found = all.find((node) => nameOf(node) === name);
  if (found !== undefined) return found;
  throw new BadInput(`${file} has no function ${name}; it has ${all.map(nameOf).join(", ") || "none"}`);
}

const pathOf = (root, file) => relative(root, resolve(file)).split(sep).join("/");

/** Joins neighbours of one file. */
function staysOf(entries) {
  const stays = [];
  const seen = new Set();
  for (const { file, name, depth } of entries) {
    if (stays.at(-1)?.file === file) stays.at(-1).functions.push(name);
    else stays.push({ file, functions: [name], depth, isReturn: seen.has(file) });
    seen.add(file);
  }
  return stays;
}

function walk(project, file, name) {
  const { entries, values } = walkCalls(project.checker, project.root, findStart(project, file, name));
  const stays = staysOf(entries);
  const returns = stays.filter(({ isReturn }) => isReturn).length;
  const rooms = [...new Set(stays.map((stay) => dirname(stay.file)))];
  return { file: pathOf(project.root, file), name, stays, returns, rooms, values };
}

function show({ file, name, stays, returns, rooms, values }) {
  const calls = values.filter(({ kind }) => kind === "call").length;
  return [
    `${name} in ${file}`,
    ...stays.map(({ file, functions, depth, isReturn }, index) => {
      const place = `${"  ".repeat(depth)}${file}${isReturn ? " (again)" : ""}`;
      return `${String(index + 1).padStart(4)} ${place}: ${functions.join(", ")}`;
    }),
    `returns to a file already visited: ${returns}`,
    `rooms: ${rooms.length} (${rooms.join(", ")})`,
    `calls through values: ${values.length} (${calls} calls, ${values.length - calls} functions handed over)`,
    ...values.map(
      ({ kind, file, line, text }) => `  ${file}:${line} ${kind === "call" ? "calls" : "hands over"} ${text}`,
    ),
    `${stays.length} stays, ${values.length} calls through values`,
  ].join("\n");
}

function main() {
  const options = { json: { type: "boolean" }, help: { type: "boolean" } };
  const { values: flags, positionals } = parseArgs({ options, allowPositionals: true });
  if (flags.help) return usage;
  if (positionals.length === 0 || positionals.length % 2 === 1)
    throw new BadInput(`each walk needs a file and a function\n\n${usage}`);
  const pairs = [];
  for (let at = 0; at < positionals.length; at += 2) pairs.push(positionals.slice(at, at + 2));
  const project = openProject(pairs.map(([file]) => file));
  const walks = pairs.map(([file, name]) => walk(project, file, name));
  return flags.json ? JSON.stringify(walks, undefined, 2) : walks.map(show).join("\n\n");
}

try {
  console.log(main());
} catch (error) {
  if (!(error instanceof BadInput) && !error.code?.startsWith("ERR_PARSE_ARGS")) throw error;
  console.error(`walk: ${error.message}`);
  process.exitCode = 2;
}
