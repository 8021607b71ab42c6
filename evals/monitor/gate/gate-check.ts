import type { Price } from "../../../src/contracts/index.ts";
import type { ReplayCases } from "../../replay/replay-cases.ts";
import type { TuningFile } from "../../tune/tuning-file.ts";
import type { ConfiguredRouter } from "./configured-router.ts";
import type { LossEvidence } from "./loss-evidence.ts";

/**
 * Verdict of a check. `not-judged`: the evidence is not enough. It never counts as passed, and fails a strict
 * gate.
 */
export type Verdict = "passed" | "failed" | "not-judged";

/** Result of one check. Plain JSON. */
export interface CheckResult {
  /** Name in kebab-case. */
  readonly name: string;
  readonly verdict: Verdict;
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
  /** Fresh outcomes, classified and at least one; ids are names of models. */
  readonly fresh: ReplayCases<string>;
  /** Independent unit of each case. */
  readonly units: Uint32Array;
  /** Evidence of the fresh outcomes for each certificate. Absent if the certified policy is not known. */
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
