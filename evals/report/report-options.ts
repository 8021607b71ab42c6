import type { Classifier, Router } from "../../src/contracts/index.ts";
import type { OptionTable } from "../../src/plugin/index.ts";
import type { OutcomeRecord } from "../data/outcomes/outcome-record.ts";
import { intervalOptions } from "../replay/compare/comparison-row.ts";
import type { RecordText } from "../replay/request-of-record.ts";
import type { TuningFile } from "../tune/tuning-file.ts";

interface CommonOptions {
  /** Text that the classifier gets. Default `prompt`. */
  readonly text?: RecordText | undefined;
  /** True to show the worst routed records with their text. Default true. */
  readonly prompts?: boolean | undefined;
  /**
   * Number of requests for the monthly saving, at least 1. Default: derived from the times of the records if 95 %
   * of them have one and they span a week; else the saving is given for 1,000 requests.
   */
  readonly requestsPerMonth?: number | undefined;
  /** True if the records are a sample of the traffic, whose times say nothing about its volume. Default false. */
  readonly isSample?: boolean | undefined;
  /**
   * Model that answers everything today, which is what doing nothing means. Default: the large model, or the one that
   * is best alone.
   */
  readonly today?: string | undefined;
  /** Name of what graded the answers, for the reader. Default: that of the tuning file. */
  readonly judge?: string | undefined;
  /** Number of bootstrap resamples. Default 1,000. */
  readonly resamples?: number | undefined;
  /** Seed of the resamples, a whole number in [0, 2^32). Default 1. */
  readonly seed?: number | undefined;
  /** Confidence of the intervals, in (0, 1). Default 0.95. */
  readonly confidence?: number | undefined;
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** Name of the outcome file and the command line, for the footer. */
  readonly outcomes?: string | undefined;
  readonly command?: string | undefined;
}

type Open = "requestsPerMonth" | "today" | "judge" | "outcomes" | "command";

const commonOptions: OptionTable<CommonOptions, Open> = {
  ...intervalOptions,
  text: { is: "choice", of: ["prompt", "question"], default: "prompt" },
  prompts: { is: "boolean", default: true },
  requestsPerMonth: { is: "number", min: 1, max: 1e12, optional: true },
  isSample: { is: "boolean", default: false },
  today: { is: "text", optional: true },
  judge: { is: "text", optional: true },
  now: { is: "number" },
  outcomes: { is: "text", optional: true },
  command: { is: "text", optional: true },
};

export interface PairReportOptions extends CommonOptions {
  /** Names of the two models in the outcomes. */
  readonly small: string;
  readonly large: string;
  readonly classifier: Classifier;
  /** Threshold in [0, 1]. Default: that of `tuning`, else 0.7, as in an untuned router. */
  readonly threshold?: number | undefined;
  readonly tuning?: TuningFile | undefined;
  /** Returns true if the classifier was trained on a record. */
  readonly trainedOn?: ((record: OutcomeRecord) => boolean) | undefined;
}

export const pairReportOptions: OptionTable<PairReportOptions, Open | "threshold" | "tuning" | "trainedOn"> =
  {
    ...commonOptions,
    small: { is: "text" },
    large: { is: "text" },
    classifier: { is: "object", methods: ["classify"] },
    threshold: { is: "share", optional: true },
    tuning: { is: "any", optional: true },
    trainedOn: { is: "function", optional: true },
  };

export interface RouterReportOptions extends CommonOptions {
  /** Router to report on. If it has a tuning file, the report shows its certificate. */
  readonly router: Router;
}

export const routerReportOptions: OptionTable<RouterReportOptions, Open> = {
  ...commonOptions,
  router: { is: "object", methods: ["decide"] },
};

export type ReportOptions = PairReportOptions | RouterReportOptions;
