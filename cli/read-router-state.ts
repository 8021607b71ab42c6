import { readFile } from "node:fs/promises";
import { InvalidOptionError, type RouterState } from "../src/contracts/index.ts";

/** Reads the option `--state`: what an application stored of `router.exportState()`. Throws `InvalidOptionError`. */
export async function readRouterState(file: string): Promise<RouterState> {
  let text: string;
  try {
    text = await readFile(file, "utf8");
  } catch {
    throw new InvalidOptionError("--state", file, "a file that can be read");
  }
  try {
    return JSON.parse(text) as RouterState;
  } catch {
    // The parser's own message quotes the text.
    throw new InvalidOptionError("--state", file, "JSON, as router.exportState() returns it");
  }
}
