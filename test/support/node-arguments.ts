import { root } from "./package-sources.ts";

/** Returns Node's arguments for running a TypeScript file of the project: `cli/main.ts`. */
export function nodeArguments(file: string, ...args: readonly string[]): string[] {
  return [`${root}node_modules/jiti/lib/jiti-cli.mjs`, root + file, ...args];
}
