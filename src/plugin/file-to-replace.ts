import { neededBuiltin } from "./node-builtin.ts";

/**
 * Returns the path at which a new file takes the place of what is there: links lead to it. Undefined if a device or a pipe is
 * there, as at `/dev/null` and `/dev/stdout`: it is to be written to. A file in its place would be met by all other programs.
 */
export async function fileToReplace(path: string): Promise<string | undefined> {
  const { realpath, stat } = neededBuiltin("node:fs/promises");
  const found = await stat(path).catch(() => undefined);
  if (found === undefined) return path;
  return found.isFile() || found.isDirectory() ? realpath(path).catch(() => path) : undefined;
}
