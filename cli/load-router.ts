import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { InvalidOptionError, isRouterError, type Router } from "../src/contracts/index.ts";

/**
 * Loads the router that a config file (`.js`, `.mjs`, `.ts`) exports as its default. The file is executed.
 * `option` is the option that named it. Throws `InvalidOptionError`, or the error of this package that the
 * file throws.
 */
export async function loadRouter(file: string, option = "--config"): Promise<Router> {
  const loaded = await loadModule(file, option);
  if (isRouter(loaded)) return loaded;
  throw notRouter(option, file);
}

function notRouter(option: string, file: string): InvalidOptionError {
  const expected = "a file whose default export is a router, as createRouter() returns it";
  return new InvalidOptionError(option, file, expected);
}

export function isRouter(value: unknown): value is Router {
  if (typeof value !== "object" || value === null) return false;
  const { decide, route, stream, close, models, policy } = value as Partial<Router>;
  const methods = [decide, route, stream, close];
  return methods.every((one) => typeof one === "function") && isObject(models) && isObject(policy);
}

function isObject(value: unknown): boolean {
  return typeof value === "object" && value !== null;
}

/** Loads the default export of a module, which is executed. Throws as `loadRouter` does. */
export function loadModule(file: string, option: string): Promise<unknown> {
  return importFile(file, option, true);
}

/** A config file whose default export is a router, with what else it exports. */
export interface LoadedConfig {
  readonly router: Router;
  /** Exports by name. */
  readonly exported: ReadonlyMap<string, unknown>;
}

/** Loads a config file like `loadRouter`, with all that it exports. */
export async function loadConfig(file: string, option = "--config"): Promise<LoadedConfig> {
  const loaded = (await importFile(file, option, false)) as Readonly<Record<string, unknown>>;
  const router = loaded["default"];
  if (!isRouter(router)) throw notRouter(option, file);
  return { router, exported: new Map(Object.entries(loaded)) };
}

/**
 * Files that were loaded in this process. Node keeps modules of JavaScript for as long as it runs, so that to import one again
 * gives what the file once said. It is then read and run as TypeScript is. What it imports itself stays as it was, unless
 * that is TypeScript.
 */
const seen = new Set<string>();
const isJavaScript = /\.m?js$/;

async function importFile(file: string, option: string, onlyDefault: boolean): Promise<unknown> {
  const path = resolve(file);
  if (!existsSync(path)) throw new InvalidOptionError(option, file, "a file that exists");
  const { createJiti } = await import("jiti");
  // No module cache: each load needs a new router, because commands close theirs. And no cache on disk.
  const jiti = createJiti(import.meta.url, { moduleCache: false, fsCache: false });
  try {
    const loadedBefore = seen.has(path);
    seen.add(path);
    if (!loadedBefore || !isJavaScript.test(path))
      return await jiti.import(pathToFileURL(path).href, onlyDefault ? { default: true } : {});
    const text = await readFile(path, "utf8");
    const loaded: unknown = await jiti.evalModule(text, {
      filename: path,
      async: true,
      forceTranspile: true,
    });
    return onlyDefault ? ((loaded as { readonly default?: unknown } | null)?.default ?? loaded) : loaded;
  } catch (error) {
    if (isRouterError(error)) throw error;
    const problem = error instanceof Error ? error.message : String(error);
    throw new InvalidOptionError(option, file, `a module that can be loaded (${problem})`);
  }
}
