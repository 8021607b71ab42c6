import { isCount, isVerdict, longestValue, type RolloutRecord } from "../rollout/rollout-record.ts";
import type { GuardPoint } from "../rollout/rollout-status.ts";
import type { KeptJudgement } from "./rollout-book.ts";

/** The last judgement as a store keeps it. */
export interface KeptFile extends KeptJudgement {
  readonly formatVersion: 1;
  /** Stage that it is about. */
  readonly of: string;
  /** Time at that stage until `at`, in milliseconds. */
  readonly atStageMs: number;
  /** On the store's clock, in milliseconds since the epoch. */
  readonly at: number;
}

/** Name of a stage of a rollout: differs when it begins again. */
export function stageName({ generation, epoch, stage, since }: RolloutRecord): string {
  return `${generation}/${epoch}/${stage}/${since}`;
}

/** Returns a judgement as text; without the points where it would be too long. */
export function keptText(file: KeptFile): string {
  const text = JSON.stringify(file);
  return text.length <= longestValue ? text : JSON.stringify({ ...file, points: {} });
}

/** Reads a judgement; undefined for everything else. */
export function readKept(text: string): KeptFile | undefined {
  if (text.length > longestValue) return undefined;
  try {
    const one = JSON.parse(text) as Partial<KeptFile> | null;
    const isFit =
      one?.formatVersion === 1 &&
      typeof one.of === "string" &&
      isTime(one.atStageMs) &&
      isCount(one.at) &&
      (one.verdict === undefined || isVerdict(one.verdict)) &&
      isPoints(one.points);
    return isFit ? (one as KeptFile) : undefined;
  } catch {
    return undefined;
  }
}

/** A text would be put before what is added to it. */
function isTime(value: unknown): value is number {
  return typeof value === "number" && isCount(Math.floor(value));
}

function isPoints(value: unknown): value is KeptJudgement["points"] {
  if (typeof value !== "object" || value === null) return false;
  return Object.values(value).every((list) => Array.isArray(list) && list.every(isPoint));
}

function isPoint(value: unknown): value is GuardPoint {
  const { pairs, difference, harm, safe, low = 0, high = 0 } = (value ?? {}) as Partial<GuardPoint>;
  return [pairs, difference, harm, safe, low, high].every((one) => typeof one === "number");
}
