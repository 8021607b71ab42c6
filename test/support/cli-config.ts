import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Router } from "../../src/contracts/index.ts";

export interface Folder {
  /** Writes a file and returns its path. */
  file(name: string, text: string): string;
  /** Writes a config file whose default export is the result of `make`, called again at each load. */
  config<Id extends string>(make: () => Router<Id>): string;
  remove(): void;
}

const makers: (() => unknown)[] = [];

/** Creates a temporary folder for a test's files. */
export function temporaryFolder(): Folder {
  const path = mkdtempSync(join(tmpdir(), "switchpoint-cli-"));
  const file = (name: string, text: string): string => {
    writeFileSync(join(path, name), text);
    return join(path, name);
  };
  return {
    file,
    config(make) {
      const index = makers.push(make) - 1;
      // A config file cannot reach a test's objects otherwise; importing the sources would compile them each time.
      Object.assign(globalThis, { routerOfTest: (at: number) => makers[at]?.() });
      return file(`router-${index}.ts`, `export default globalThis.routerOfTest(${index} as number);`);
    },
    remove() {
      Reflect.deleteProperty(globalThis, "routerOfTest");
      rmSync(path, { recursive: true });
    },
  };
}
