import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { root } from "./package-sources.ts";

export interface Folder {
  readonly path: string;
  /** Writes a file and returns its path. */
  file(name: string, text: string): string;
  /**
   * Writes a config file whose router is made of `options`, with `fakeModel`, policies and constraints
   * at hand; a new one each time, since a module is loaded once in a process.
   */
  config(options: string): string;
  remove(): void;
}

/** A folder of its own for files of a test. */
export function temporaryFolder(): Folder {
  let configs = 0;
  const path = mkdtempSync(join(tmpdir(), "switchpoint-cli-"));
  const file = (name: string, text: string): string => {
    writeFileSync(join(path, name), text);
    return join(path, name);
  };
  return {
    path,
    file,
    config(options) {
      configs += 1;
      return file(
        `router-${configs}.ts`,
        `import { createRouter } from "${root}src/create-router.ts";
         import { fakeModel } from "${root}src/testing/index.ts";
         import * as policies from "${root}policies/index.ts";
         import * as constraints from "${root}policies/constraints/index.ts";
         export default createRouter(${options});`,
      );
    },
    remove: () => rmSync(path, { recursive: true }),
  };
}
