import type { DatasetRecord } from "../outcomes/dataset-record.ts";
import type { OutcomeRecord } from "../outcomes/outcome-record.ts";

export type Exported = OutcomeRecord | DatasetRecord;

export interface ExportSource {
  /** Stands in errors. */
  readonly name: string;
  /** Reads the records from the beginning, each time anew. */
  readonly records: () => AsyncIterable<Exported>;
  readonly kind: "outcomes" | "dataset";
  /** Names of the models that have outcomes, in the order of their appearance; those that are wanted. */
  readonly models: readonly string[];
}

export interface ExportSettings {
  /** In small letters, with the dot, without `.gz`: of the file that is written. */
  readonly extension: string;
  /** Counts what the format cannot hold. */
  readonly leaveOut: (reason: string, count?: number) => void;
}

/** Writes one format, part by part. */
export type ExportFormat = (
  source: ExportSource,
  settings: ExportSettings,
) => AsyncGenerator<string, void, void>;
