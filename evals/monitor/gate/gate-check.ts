import type { Price } from "../../../src/contracts/index.ts";
import type { ReplayCases } from "../../replay/replay-cases.ts";
import type { RecordedQualities } from "../../tune/baseline.ts";
import type { TuningFile } from "../../tune/tuning-file.ts";
import type { ConfiguredRouter } from "./configured-router.ts";
import type { LossEvidence } from "./loss-evidence.ts";
import type { ChangeName, Changes } from "./measured-change.ts";

/**
 * Verdict of a check. `not-judged`: the evidence is not enough. It never counts as passed, and fails a strict
 * gate.
 */
export type GateVerdict = "passed" | "failed" | "not-judged";

/** Result of one check. Plain JSON. */
export interface CheckResult {
  /** Name in kebab-case. */
  readonly name: string;
  readonly verdict: GateVerdict;
  /** Sentence for people: the finding, and what to do if the check did not pass. */
  readonly sentence: string;
  /** Figures behind the verdict. */
  readonly figures: Readonly<Record<string, unknown>>;
}

/** Input of the checks. */
export interface GateContext {
  readonly tuning: TuningFile;
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** Outcomes of records that were not tuned on, classified; ids are names of models. */
  readonly fresh: ReplayCases<string>;
  /** New outcomes of records that were tuned on, with the units and recorded qualities of each. */
  readonly same: {
    readonly cases: ReplayCases<string>;
    readonly units: Uint32Array;
    readonly recorded: readonly RecordedQualities[];
    /** True if all qualities are those of then: they say nothing about today's models. */
    readonly isUnchanged: boolean;
  };
  /** Both together: at least one. */
  readonly all: ReplayCases<string>;
  /** True for each record that lacks an outcome of a model of the certificate. */
  readonly lacking: readonly boolean[];
  /** Comparison with what the certificate recorded. */
  readonly changes: Readonly<Record<ChangeName, Changes>>;
  /** Independent unit of each case. */
  readonly units: Uint32Array;
  /**
   * Evidence of the fresh outcomes for each certificate. Absent if there are none, or the certified policy is
   * not known.
   */
  readonly evidence?: readonly LossEvidence[] | undefined;
  /** Classifier of the fresh outcomes, as `name@version`. */
  readonly classifier: string;
  /** Returns the current price of a model, by its name; undefined if it is not known. */
  readonly priceOf: (name: string) => Price | undefined;
  /** Router that is to be deployed, if one is given. */
  readonly router?: ConfiguredRouter | undefined;
}

/** Check of one assumption of a certificate. Returns `undefined` if it does not apply. */
export type GateCheck = (context: GateContext) => CheckResult | undefined | Promise<CheckResult | undefined>;
