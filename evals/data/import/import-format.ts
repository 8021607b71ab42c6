import { OutcomeFormatError } from "../../../src/contracts/index.ts";
import type { FilledOptions } from "../../../src/plugin/index.ts";
import type { ImportInput } from "../input/import-input.ts";
import type { JoinedLabels, JoinHumanLabelsOptions } from "../labels/join-human-labels.ts";
import type { ReadHumanLabelsOptions } from "../labels/read-human-labels.ts";
import type { DatasetRecord } from "../outcomes/dataset-record.ts";
import type { OutcomeRecord } from "../outcomes/outcome-record.ts";

/** Agreement of the people who labelled answers, with each other and with the recorded qualities. */
export type LabelAgreement = Pick<JoinedLabels, "raters" | "recorded">;

/** Origin of a record. */
export interface Place {
  readonly file: string;
  /** Line counted from 1; 0 if the file is not a sequence of lines. */
  readonly line: number;
  /** Prefix of fields in errors if there is no line: `results[3].`. */
  readonly path?: string | undefined;
}

export interface Imported {
  readonly place: Place;
  readonly record: OutcomeRecord | DatasetRecord;
}

export interface ImportSettings {
  /** Models to import, by the names of the source. Default: all. */
  readonly models?: readonly string[] | undefined;
  /** Quality of promptfoo results: `score`, or 1 for a test that passed and else 0. */
  readonly quality: "score" | "pass";
  /** Number of a `metrics` event that is the quality, for OpenAI evals logs. */
  readonly metric: string;
  /** Name of the score that is the quality, if it was given. */
  readonly score?: string | undefined;
  /** Columns of a table by our fields. */
  readonly columns?: Readonly<Record<string, string>> | undefined;
  /** Template of promptfoo tests that come without prompts, such as `Answer: {{question}}`. */
  readonly prompt?: string | undefined;
  /** Feedback for a decision log. */
  readonly feedback?: ImportInput | undefined;
  readonly rule?: "mean" | "last" | undefined;
  readonly source?: string | undefined;
  /** Outcomes whose answers people have labelled, for labels. */
  readonly outcomes?: ImportInput | undefined;
  readonly unlabelled?: JoinHumanLabelsOptions["unlabelled"];
  readonly labels: FilledOptions<ReadHumanLabelsOptions>;
  /** Receives the agreement of the people who labelled, with each other and with the recorded qualities. */
  readonly tellAgreement: (agreement: LabelAgreement) => void;
  /** Counts what the format contains and the import leaves out. */
  readonly leaveOut: (reason: string, count?: number) => void;
}

/**
 * Reader of one format. It checks only what it needs to find its way; the caller checks the records, their
 * ids and names.
 */
export type ImportFormat = (
  inputs: readonly ImportInput[],
  settings: ImportSettings,
) => AsyncGenerator<Imported, void, void>;

/** Throws `OutcomeFormatError` about a field at a place. */
export function refuseAt({ file, line, path = "" }: Place, field: string, problem: string): never {
  throw new OutcomeFormatError(file, line, `${path}${field}`, problem);
}
