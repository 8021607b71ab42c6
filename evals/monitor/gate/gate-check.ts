import type { Price } from "../../../src/contracts/index.ts";
import type { ReplayCases } from "../../replay/replay-cases.ts";
import type { TuningFile } from "../../tune/tuning-file.ts";
import type { ConfiguredRouter } from "./configured-router.ts";
import type { LossEvidence } from "./loss-evidence.ts";

/** `not-judged`: there is not enough to tell. It never counts as passed, and fails a strict gate. */
export type Verdict = "passed" | "failed" | "not-judged";

/** What one check of the gate found. Plain JSON. */
export interface CheckResult {
  /** In kebab-case. */
  readonly name: string;
  readonly verdict: Verdict;
  /** For people: what was found, and what to do where it did not pass. */
  readonly sentence: string;
  /** What the verdict rests on. */
  readonly figures: Readonly<Record<string, unknown>>;
}

/** All that a check may look at. */
export interface GateContext {
  readonly tuning: TuningFile;
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** Fresh outcomes, classified and at least one; ids are names of models. */
  readonly fresh: ReplayCases<string>;
  /** Independent unit of each case. */
  readonly units: Uint32Array;
  /** What the fresh outcomes say of each certificate. Absent: the certified policy is not known. */
  readonly evidence?: readonly LossEvidence[] | undefined;
  /** `name@version` of what classified them. */
  readonly classifier: string;
  /** What a model costs today, by its name. Absent: not known. */
  readonly priceOf: (name: string) => Price | undefined;
  /** The router that is to be deployed, where one is given. */
  readonly router?: ConfiguredRouter | undefined;
}

/** Looks at one thing that a certificate rests on. `undefined`: does not apply. */
export type GateCheck = (context: GateContext) => CheckResult | undefined | Promise<CheckResult | undefined>;
