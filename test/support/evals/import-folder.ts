import { type ImportOptions, type ImportReport, importRecords } from "../../../evals/index.ts";
import { temporaryFolder } from "../cli-config.ts";
import { collect } from "./records.ts";

// biome-ignore lint/suspicious/noExplicitAny: tests look into records of any kind
type Records = any[];

/** A folder whose files are imported; `remove` it in the end. */
export function importFolder() {
  const folder = temporaryFolder();
  return {
    ...folder,
    /** Imports files that are written first; names tell their formats. */
    async read(
      files: Readonly<Record<string, string>>,
      options: Omit<ImportOptions, "inputs">,
    ): Promise<{ records: Records; report: ImportReport }> {
      const inputs = Object.entries(files).map(([name, text]) => folder.file(name, text));
      const imported = importRecords({ ...options, inputs });
      return { records: (await collect(imported)) as Records, report: imported.report };
    },
  };
}

export function linesFrom(values: readonly unknown[]): string {
  return values.map((value) => `${JSON.stringify(value)}\n`).join("");
}
