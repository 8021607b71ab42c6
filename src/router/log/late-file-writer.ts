import type { LineWriter } from "./line-queue.ts";
import type { Rotation } from "./rotation-options.ts";

/** Returns a writer of a file that is loaded meanwhile: most applications import the log without writing one. */
export function lateFileWriter(file: string, rotation: Rotation | undefined): LineWriter {
  let writer: Promise<LineWriter> | undefined;
  const open = (): Promise<LineWriter> => {
    writer ??= import("./file-writer.ts").then(
      ({ fileWriter }) => fileWriter(file, rotation),
      (error: unknown) => {
        writer = undefined;
        throw error;
      },
    );
    return writer;
  };
  // At once: what is too old goes although nothing is written.
  open().catch(() => {});
  return {
    async write(lines) {
      try {
        return await (await open()).write(lines);
      } catch (error) {
        return { written: 0, error };
      }
    },
    async close() {
      await (await writer?.catch(() => undefined))?.close();
    },
  };
}
