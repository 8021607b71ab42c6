import { statSync } from "node:fs";
import { readOutcomes } from "../evals/data/outcomes/read-outcomes.ts";
import type { LoopStatus, PromiseView } from "../evals/monitor/loop/loop-status.ts";
import { measureLoop } from "../evals/monitor/loop/measure-loop.ts";
import { type LoopRecords, readLoop } from "../evals/monitor/loop/read-loop.ts";
import { complexity } from "../src/classifiers/index.ts";
import { InvalidOptionError } from "../src/contracts/index.ts";
import type { DriftStatus } from "../src/rollout/index.ts";
import type { Terminal } from "./io.ts";
import { loadClassifier } from "./load-classifier.ts";
import { loadConfig } from "./load-router.ts";
import { numberOption } from "./number-option.ts";

/** Options of `loop status` and `loop report`. */
export interface LoopOptions {
  readonly config?: string | undefined;
  readonly file?: string | undefined;
  readonly small?: string | undefined;
  readonly large?: string | undefined;
  readonly classifier?: string | undefined;
  readonly maxLoss: string;
  readonly confidence: string;
}

/** Reads the records of a loop, from the config or the file that is given, and measures them. */
export async function readLoopStatus(options: LoopOptions, { now }: Terminal): Promise<LoopStatus> {
  const maxLoss = openOption("--max-loss", options.maxLoss);
  const confidence = openOption("--confidence", options.confidence);
  const { file, promise, drift } = await placeOf(options);
  const records = await readLoop(hasRecords(file) ? readOutcomes(file) : [], options);
  const names = [records.small, records.large].filter((name) => name !== undefined);
  const classifier =
    options.classifier === undefined
      ? complexity()
      : (await loadClassifier(options.classifier, names)).classifier;
  const standing = standingOf(promise, records);
  return measureLoop(records, {
    file,
    maxLoss,
    confidence,
    classifier,
    promise: standing,
    drift,
    now: now(),
  });
}

/**
 * Returns the standing of the promise that a config exports. In this process it has seen no record: it is handed those of
 * the file that the policy decided.
 */
function standingOf(promise: unknown, { pairs, facts }: LoopRecords): PromiseView | undefined {
  const standing = ask<PromiseView>(promise, "standing");
  const { add } = (promise ?? {}) as { readonly add?: unknown };
  if (standing?.records !== 0 || typeof add !== "function") return standing;
  pairs.forEach(({ id, at, session, tenant, category }, index) => {
    const { because, loss, probability } = facts[index] ?? {};
    if (loss === undefined || because !== "policy") return;
    const time = Date.parse(at ?? "");
    const when = Number.isNaN(time) ? undefined : time;
    add.call(promise, {
      decisionId: id,
      at: when,
      loss,
      probability,
      unit: session,
      tenant,
      category,
      because,
    });
  });
  return ask<PromiseView>(promise, "standing");
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

/** False for a file that an audit has not begun. */
function hasRecords(file: string): boolean {
  return (statSync(file, { throwIfNoEntry: false })?.size ?? 0) > 0;
}

function openOption(option: string, text: string): number {
  const value = numberOption(option, text, 0, 1);
  if (value === 0 || value === 1) throw new InvalidOptionError(option, text, "a number above 0 and below 1");
  return value;
}
