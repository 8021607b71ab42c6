import { InvalidOptionError } from "../../../contracts/index.ts";
import { neededBuiltin } from "../../../plugin/node-builtin.ts";
import type { OptionTable } from "../../../plugin/options/option-table.ts";
import { readOption, readOptions } from "../../../plugin/options/read-options.ts";
import { askedAgain } from "./asked-again.ts";
import { checkEndpoints } from "./check-endpoints.ts";
import type { Discovery } from "./discovery.ts";

export interface FileOfOptions {
  /** Time between two readings, in milliseconds. Default 1,000. */
  readonly everyMs?: number | undefined;
}

export const fileOfOptions: OptionTable<FileOfOptions> = {
  everyMs: { is: "duration", max: 86_400_000, default: 1_000 },
};

/** Largest file, in bytes. */
const largest = 1_048_576;

/**
 * Endpoints of a JSON file, which is read again and again: an array of addresses or of
 * `{ url, state?, labels? }`, or `{ endpoints: [...] }`. While it is missing or wrong, the last set stays. Node only.
 *
 * Throws `InvalidOptionError`.
 */
export function fileOf(path: string, options: FileOfOptions = {}): Discovery {
  readOption({ is: "text" }, "fileOf.path", path);
  const { everyMs } = readOptions("fileOf", fileOfOptions, options);
  return {
    name: "file",
    watch: (_runtime, watching) =>
      askedAgain(
        `file ${path}`,
        async () => ({ endpoints: await read(path), nextMs: everyMs }),
        (error) => (error instanceof SyntaxError ? "it is not JSON" : `it cannot be read${codeOf(error)}`),
        watching,
        everyMs,
      ),
  };
}

async function read(path: string): Promise<ReturnType<typeof checkEndpoints>> {
  const files = neededBuiltin("node:fs/promises");
  const { size } = await files.stat(path);
  if (size > largest) throw new InvalidOptionError("size", size, `at most ${largest} bytes`);
  const value: unknown = JSON.parse(await files.readFile(path, "utf8"));
  const isHolder = typeof value === "object" && value !== null && !Array.isArray(value);
  return checkEndpoints(
    "endpoints",
    isHolder ? (value as { readonly endpoints?: unknown }).endpoints : value,
  );
}

function codeOf(error: unknown): string {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  return typeof code === "string" ? ` (${code})` : "";
}
