import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { checkMethods, InvalidOptionError, type Router } from "../contracts/index.ts";

/**
 * The router that a config file (`.js`, `.mjs`, `.ts`) exports as its default. The file is executed.
 * Throws `InvalidOptionError`, or what the file throws.
 */
export async function loadRouter(file: string): Promise<Router> {
  const path = resolve(file);
  if (!existsSync(path)) throw new InvalidOptionError("--config", file, "a file that exists");
  const { createJiti } = await import("jiti");
  // A fresh router each time: a command closes the one that it was given. And no cache on disk.
  const jiti = createJiti(import.meta.url, { moduleCache: false, fsCache: false });
  const loaded: unknown = await jiti.import(pathToFileURL(path).href, {
    default: true,
  });
  checkMethods("the default export of --config", loaded, ["decide", "route", "close"]);
  return loaded as Router;
}
