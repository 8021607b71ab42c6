import { neededBuiltin } from "../../plugin/node-builtin.ts";
import { nodeCrypto } from "../../plugin/node-crypto.ts";

/** Name of a file that was put aside, after the name without its ending: `.20261127T135403123Z-0a1b2c`. */
const aside = /^\.\d{8}T\d{9}Z-[0-9a-f]{6}$/;
const lengthOfMark = ".20261127T135403123Z-0a1b2c".length;

/** Returns a path next to the file for what is put aside, never used before: its name tells the time. */
export function asidePath(path: string, now: number): string {
  const { dir, name, ext } = neededBuiltin("node:path").parse(path);
  const time = new Date(now).toISOString().replace(/[-:.]/g, "");
  const distinct = nodeCrypto().randomUUID().slice(0, 6);
  return neededBuiltin("node:path").join(dir, `${name}.${time}-${distinct}${ext}`);
}

/** True for the path of a file that was put aside. */
export function isAside(path: string): boolean {
  const { name, ext } = neededBuiltin("node:path").parse(path.endsWith(".gz") ? path.slice(0, -3) : path);
  return aside.test(name.slice(-lengthOfMark)) || aside.test(`${name}${ext}`.slice(-lengthOfMark));
}

/** Returns the paths of what was put aside of a file, compressed (`.gz`) or not, in the order of their times. */
export async function asideFiles(path: string): Promise<string[]> {
  const { parse, join } = neededBuiltin("node:path");
  const { dir, name, ext } = parse(path);
  const found = await neededBuiltin("node:fs/promises")
    .readdir(dir === "" ? "." : dir)
    .catch(() => [] as string[]);
  const times = found.filter((one) => {
    const plain = one.endsWith(".gz") ? one.slice(0, -3) : one;
    if (!plain.startsWith(name) || !plain.endsWith(ext)) return false;
    return aside.test(plain.slice(name.length, plain.length - ext.length));
  });
  return times.sort().map((one) => join(dir, one));
}
