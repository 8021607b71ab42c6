import { bundledFiles, type Program } from "./bundled-files.ts";

const fileOf = await bundledFiles();

/** Returns Node's arguments for running a program of the project: `cli/main.ts`. */
export function nodeArguments(program: Program, ...args: readonly string[]): string[] {
  return [fileOf(program), ...args];
}
