import { OutcomeFormatError } from "../../../src/contracts/index.ts";
import type { ImportInput } from "../input/import-input.ts";
import type { JoinedLabels, JoinHumanLabelsOptions } from "../labels/join-human-labels.ts";
import type { ReadHumanLabelsOptions } from "../labels/read-human-labels.ts";
import type { DatasetRecord } from "../outcomes/dataset-record.ts";
import type { OutcomeRecord } from "../outcomes/outcome-record.ts";

/** How far people who labelled answers agree with each other, and with the recorded qualities. */
export type LabelAgreement = Pick<JoinedLabels, "raters" | "recorded">;

/** Where a record comes from. */
export interface Place {
  readonly file: string;
  /** Counted from 1; 0 where the file is no sequence of lines. */
  readonly line: number;
  /** Leads the fields in errors, where there is no line: `results[3].`. */
  readonly path?: string | undefined;
}

export interface Imported {
  readonly place: Place;
  readonly record: OutcomeRecord | DatasetRecord;
}

export interface ImportSettings {
  /** Models by the names of the source. Default: all. */
  readonly models?: readonly string[] | undefined;
  /** Of promptfoo results: `score`, or whether the test passed. */
  readonly quality: "score" | "pass";
  /** Of OpenAI evals logs: the number of a `metrics` event that is the quality. */
  readonly metric: string;
  /** Template of promptfoo tests that come without prompts, such as `Answer: {{question}}`. */
  readonly prompt?: string | undefined;
  /** Of decision logs. */
  readonly feedback?: ImportInput | undefined;
  readonly rule?: "mean" | "last" | undefined;
  readonly source?: string | undefined;
  /** Of labels: the outcomes whose answers people have labelled. */
  readonly outcomes?: ImportInput | undefined;
  readonly unlabelled?: JoinHumanLabelsOptions["unlabelled"];
  readonly labels: ReadHumanLabelsOptions;
  /** Told how far people agree with each other and with what was recorded. */
  readonly tellAgreement: (agreement: LabelAgreement) => void;
  /** Counts what the format holds and the import leaves out. */
  readonly leaveOut: (reason: string, count?: number) => void;
}

/**
 * Reads one format. It checks what it has to read to find its way; the records themselves, their ids
 * and names are checked by the caller.
 */
export type ImportFormat = (
  inputs: readonly ImportInput[],
  settings: ImportSettings,
) => AsyncGenerator<Imported, void, void>;

/** Throws `OutcomeFormatError` about a field at a place. */
export function refuseAt({ file, line, path = "" }: Place, field: string, problem: string): never {
  throw new OutcomeFormatError(file, line, `${path}${field}`, problem);
}
