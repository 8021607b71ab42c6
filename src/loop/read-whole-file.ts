import { neededBuiltin } from "../plugin/node-builtin.ts";

/** Text of a file, or the reason why there is none. */
export type ReadFile =
  | { readonly text: string; readonly problem?: undefined }
  | { readonly text?: undefined; readonly problem: string };

/** Reads a file of at most `maxBytes`, also one that grows meanwhile. Rejects where there is no file system. */
export async function readWholeFile(file: string, maxBytes: number): Promise<ReadFile> {
  const { open, stat } = neededBuiltin("node:fs/promises");
  try {
    // Before it is opened: a pipe would wait for its writer.
    if (!(await stat(file)).isFile()) return { problem: "is not a file" };
    const handle = await open(file, "r");
    try {
      const about = await handle.stat();
      if (about.size > maxBytes)
        return { problem: `has ${about.size} bytes, more than the ${maxBytes} allowed` };
      const buffer = new Uint8Array(about.size + 1);
      let length = 0;
      for (;;) {
        const { bytesRead } = await handle.read(buffer, length, buffer.length - length, length);
        length += bytesRead;
        if (bytesRead === 0) break;
        if (length === buffer.length) return { problem: "changes while it is read" };
      }
      return { text: new TextDecoder().decode(buffer.subarray(0, length)) };
    } finally {
      await handle.close();
    }
  } catch (error) {
    const { code } = error as { readonly code?: unknown };
    return { problem: code === "ENOENT" ? "does not exist" : `cannot be read (${String(code)})` };
  }
}
