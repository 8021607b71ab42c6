import { stat } from "node:fs/promises";

/**
 * Returns the files that every user of the machine may write to: who lets in whom would be for them to say. None on Windows,
 * whose rights are not told by these bits.
 */
export async function writableByOthers(files: readonly (string | undefined)[]): Promise<readonly string[]> {
  if (process.platform === "win32") return [];
  const found: string[] = [];
  for (const file of files) {
    if (file === undefined) continue;
    const { mode } = await stat(file).catch(() => ({ mode: 0 }));
    if ((mode & 0o002) !== 0) found.push(file);
  }
  return found;
}
