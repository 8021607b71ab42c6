import { accessSync, constants, statSync } from "node:fs";
import { delimiter, join, resolve } from "node:path";
import type { Environment } from "../../src/index.ts";

/** Returns the file that a name stands for, as a shell finds it; undefined if there is none. */
export function findProgram(name: string, env: Environment): string | undefined {
  const isPath = /[/\\]/.test(name);
  const folders = isPath ? [""] : (env["PATH"] ?? "").split(delimiter);
  const endings = process.platform === "win32" ? (env["PATHEXT"] ?? ".EXE;.CMD").split(";") : [];
  const files = folders.flatMap((folder) => ["", ...endings].map((ending) => join(folder, name + ending)));
  return files.map((file) => resolve(file)).find(isProgram);
}

function isProgram(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}
