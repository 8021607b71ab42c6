import { InvalidOptionError } from "../../../contracts/index.ts";
import { neededBuiltin } from "../../../plugin/node-builtin.ts";
import { checkNumber, checkText } from "../../../plugin/option-checks.ts";
import { askedAgain } from "./asked-again.ts";
import { checkEndpoints } from "./check-endpoints.ts";
import type { Discovery } from "./discovery.ts";

/** Largest file, in bytes. */
const largest = 1_048_576;

/**
 * Endpoints of a JSON file, which is read again every `everyMs` milliseconds (default 1,000): an array of addresses or of
 * `{ url, state?, labels? }`, or `{ endpoints: [...] }`. While it is missing or wrong, the last set stays. Node only.
 *
 * Throws `InvalidOptionError`.
 */
export function fileOf(path: string, { everyMs = 1_000 }: { readonly everyMs?: number } = {}): Discovery {
  checkText("fileOf.path", path);
  checkNumber("fileOf.everyMs", everyMs, { min: 1, max: 86_400_000 });
  return {
    name: "file",
    watch: (_runtime, options) =>
      askedAgain(
        `file ${path}`,
        async () => ({ endpoints: await read(path), nextMs: everyMs }),
        (error) => (error instanceof SyntaxError ? "it is not JSON" : `it cannot be read${codeOf(error)}`),
        options,
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
