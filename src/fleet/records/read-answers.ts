import type { Granted, NotGranted } from "../../contracts/index.ts";

/** Last time of a `Date`. */
const lastTime = 8.64e15;

export function isCount(value: unknown): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
}

export function isTime(value: unknown): value is number {
  return typeof value === "number" && value >= 0 && value <= lastTime;
}

/** Reads what a store answered to `reserve`; undefined if it is not an answer. */
export function readReserved(answer: unknown): Granted | NotGranted | undefined {
  const { why, granted, nowMs, key, freeAt } = (answer ?? {}) as Record<string, unknown>;
  if (why === undefined) return readGranted(answer);
  if (why !== "limit" && why !== "window-over" && why !== "too-large") return undefined;
  if (granted !== 0 || typeof key !== "string" || !isTime(nowMs)) return undefined;
  return { granted, key, why, nowMs, freeAt: isTime(freeAt) ? freeAt : undefined };
}

/** Reads what a store answered to `settle`; undefined if it is not an answer. */
export function readSettled(answer: unknown): Granted | "lapsed" | undefined {
  return answer === "lapsed" ? answer : readGranted(answer);
}

function readGranted(answer: unknown): Granted | undefined {
  const { granted, left, lapsesAt, nowMs } = (answer ?? {}) as Record<string, unknown>;
  if (!isCount(granted) || !isTime(lapsesAt) || !isTime(nowMs)) return undefined;
  if (!Array.isArray(left) || left.length > 16 || !left.every(isCount)) return undefined;
  return { granted, left, lapsesAt, nowMs };
}
