import { MissingDependencyError } from "../../../contracts/index.ts";
import { neededBuiltin } from "../../../plugin/node-builtin.ts";

/**
 * Returns the file of an optional package: of the copy next to this package, or of the application's. Throws
 * `MissingDependencyError`, which names what to install.
 */
export function findPackage(name: string, neededBy: string): string {
  const { createRequire } = neededBuiltin("node:module");
  const errors: unknown[] = [];
  for (const from of [import.meta.url, `${globalThis.process.cwd()}/index.js`])
    try {
      return createRequire(from).resolve(name);
    } catch (error) {
      errors.push(error);
    }
  throw new MissingDependencyError(name, neededBy, { cause: errors[0] });
}
