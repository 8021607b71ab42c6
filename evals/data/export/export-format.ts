import type { Router } from "../../../src/contracts/index.ts";
import type { DatasetRecord } from "../outcomes/dataset-record.ts";
import type { OutcomeRecord } from "../outcomes/outcome-record.ts";

export type Exported = OutcomeRecord | DatasetRecord;

export interface ExportSource {
  /** Name for errors. */
  readonly name: string;
  /** Reads the records; each call starts from the beginning. */
  readonly records: () => AsyncIterable<Exported>;
  readonly kind: "outcomes" | "dataset";
  /** Names of the models that have outcomes, in order of appearance, or those of them that are wanted. */
  readonly models: readonly string[];
}

export interface ExportSettings {
  /** Router whose choices are exported, for RouterArena. */
  readonly router?: Router | undefined;
  /** New names of models, for RouterArena. */
  readonly rename?: Readonly<Record<string, string>> | undefined;
  /** Columns by our fields, for a table. */
  readonly columns?: Readonly<Record<string, string>> | undefined;
  /** Extension of the file that is written, in lower case, with the dot and without `.gz`. */
  readonly extension: string;
  /** Counts records that the format cannot hold. */
  readonly leaveOut: (reason: string, count?: number) => void;
}

/** Writer of one format, part by part. */
export type ExportFormat = (
  source: ExportSource,
  settings: ExportSettings,
) => AsyncGenerator<string, void, void>;
