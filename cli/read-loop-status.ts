import { statSync } from "node:fs";
import type { OutcomeRecord } from "../evals/data/outcomes/outcome-record.ts";
import { readOutcomes } from "../evals/data/outcomes/read-outcomes.ts";
import type { LoopStatus, PromiseView } from "../evals/monitor/loop/loop-status.ts";
import { measureLoop } from "../evals/monitor/loop/measure-loop.ts";
import { type LoopRecords, readLoop } from "../evals/monitor/loop/read-loop.ts";
import { InvalidOptionError, isRouterError } from "../src/contracts/index.ts";
import type { DriftStatus } from "../src/loop/index.ts";
import { complexity } from "../src/router/classifiers/index.ts";
import type { Terminal } from "./io.ts";
import { loadClassifier } from "./load-classifier.ts";
import { loadConfig } from "./load-router.ts";
import { openOption } from "./number-option.ts";

/** Options of `loop status` and `loop report`. */
export interface LoopOptions {
  readonly config?: string | undefined;
  readonly file?: string | undefined;
  readonly small?: string | undefined;
  readonly large?: string | undefined;
  readonly classifier?: string | undefined;
  /** Absent: that of the config's promise, else 0.02. */
  readonly maxLoss?: string | undefined;
  readonly confidence: string;
}

const usualLoss = 0.02;

/** Reads the records of a loop, from the config or the file that is given, and measures them. */
export async function readLoopStatus(options: LoopOptions, { now }: Terminal): Promise<LoopStatus> {
  const stated = options.maxLoss === undefined ? undefined : openOption("--max-loss", options.maxLoss);
  const confidence = openOption("--confidence", options.confidence);
  const { file, promise, drift } = await placeOf(options);
  const remarks: string[] = [];
  const size = statSync(file, { throwIfNoEntry: false })?.size;
  if (size === undefined) remarks.push(`there is no file ${file} yet`);
  // An audit that has begun no record has an empty file, or none.
  const source = size ? recordsOf(file, (remark) => remarks.push(remark)) : [];
  const records = await readLoop(source, options);
  const names = [records.small, records.large].filter((name) => name !== undefined);
  const classifier =
    options.classifier === undefined
      ? complexity()
      : (await loadClassifier(options.classifier, names)).classifier;
  const { standing, refused } = standingOf(promise, records);
  if (refused > 0)
    remarks.push(`the promise refused ${refused} records, for instance those below its leastProbability`);
  return measureLoop(records, {
    file,
    maxLoss: stated ?? limitOf(promise) ?? usualLoss,
    confidence,
    classifier,
    promise: standing,
    drift,
    remarks,
    now: now(),
  });
}

/**
 * Reads the records of a file to which an audit may be writing, or was when it was killed: a last line that is cut is left
 * out, and said. Throws `OutcomeFormatError` for any other line that is not one.
 */
function recordsOf(file: string, say: (remark: string) => void): AsyncGenerator<OutcomeRecord> {
  return readOutcomes(file, {
    onCut: () => say("the last line is cut and was left out: the audit is writing it, or was when it ended"),
  });
}

/** Returns the limit of the promise that a config exports. */
function limitOf(promise: unknown): number | undefined {
  const limit = ask<{ readonly maxLoss?: unknown }>(promise, "report")?.maxLoss;
  return typeof limit === "number" && limit > 0 && limit < 1 ? limit : undefined;
}

interface Told {
  readonly standing: PromiseView | undefined;
  /** Number of records that it refused. */
  readonly refused: number;
}

/**
 * Returns the standing of the promise that a config exports. In this process it has seen no record: it is handed those of
 * the file that the policy decided.
 */
function standingOf(promise: unknown, { pairs, facts }: LoopRecords): Told {
  const standing = ask<PromiseView>(promise, "standing");
  const { add } = (promise ?? {}) as { readonly add?: unknown };
  if (standing?.records !== 0 || typeof add !== "function") return { standing, refused: 0 };
  let refused = 0;
  pairs.forEach(({ id, at, session, tenant, category }, index) => {
    const { because, loss, probability } = facts[index] ?? {};
    if (loss === undefined || because !== "policy") return;
    const time = Date.parse(at ?? "");
    const when = Number.isNaN(time) ? undefined : time;
    const record = { decisionId: id, at: when, loss, probability, unit: session, tenant, category, because };
    try {
      add.call(promise, record);
    } catch (error) {
      if (!isRouterError(error, "invalid-option")) throw error;
      refused += 1;
    }
  });
  return { standing: ask<PromiseView>(promise, "standing"), refused };
}

interface Place {
  readonly file: string;
  /** The export, whatever it is. */
  readonly promise?: unknown;
  readonly drift?: DriftStatus | undefined;
}

/** Names of the exports of a config that are read. */
const fileExport = "auditFile";

async function placeOf({ config, file }: LoopOptions): Promise<Place> {
  if (config === undefined) {
    if (file !== undefined) return { file };
    throw new InvalidOptionError(
      "--file",
      undefined,
      "the file of an audit, or --config a file whose export auditFile names it",
    );
  }
  const { router, exported } = await loadConfig(config);
  try {
    const named = exported.get(fileExport);
    const found = file ?? (typeof named === "string" && named !== "" ? named : undefined);
    if (found === undefined)
      throw new InvalidOptionError(
        "--file",
        undefined,
        `given: ${config} has no export ${fileExport} with the name of the audit's file`,
      );
    return {
      file: found,
      promise: exported.get("promise"),
      drift: ask<DriftStatus>(exported.get("drift"), "status"),
    };
  } finally {
    await router.close();
  }
}

/** Calls a method of an export; undefined if there is none. A copy, since what a config returns may change. */
function ask<T>(exported: unknown, method: string): T | undefined {
  if (typeof exported !== "object" && typeof exported !== "function") return undefined;
  const call = (exported as Readonly<Record<string, unknown>> | null)?.[method];
  if (typeof call !== "function") return undefined;
  return JSON.parse(JSON.stringify(call.call(exported))) as T;
}
