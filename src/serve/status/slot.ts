import { timeBins } from "./bins.ts";
import type { ComparedCost } from "./compared-cost.ts";

/** Largest number of models with figures of their own; the others share one place. */
export const mostModels = 24;

/** Figures of one model in a stretch of time. */
export interface ModelSlot {
  /** Requests that were decided for it. */
  requests: number;
  attempts: number;
  /** Attempts that failed. */
  failed: number;
  costUsd: number;
  readonly times: Uint32Array;
}

/** Figures of a stretch of time. */
export interface Slot {
  /** Number of the stretch since the epoch. -1: of no stretch. */
  index: number;
  requests: number;
  failed: number;
  /** Known cost of all attempts, in US dollars, and the number of those whose cost is not known. */
  costUsd: number;
  unpriced: number;
  /** Requests of which both costs are known, and their sums. */
  compared: number;
  paidUsd: number;
  referenceUsd: number;
  certified: number;
  readonly times: Uint32Array;
  /** Complexity in ten parts. */
  readonly complexity: Uint32Array;
  /** By the place of the model. */
  readonly models: (ModelSlot | undefined)[];
}

export function createSlot(): Slot {
  return {
    index: -1,
    requests: 0,
    failed: 0,
    costUsd: 0,
    unpriced: 0,
    compared: 0,
    paidUsd: 0,
    referenceUsd: 0,
    certified: 0,
    times: new Uint32Array(timeBins),
    complexity: new Uint32Array(10),
    models: [],
  };
}

/** Sets a slot to nothing, for another stretch. */
export function clearSlot(slot: Slot, index: number): void {
  slot.index = index;
  slot.requests = slot.failed = slot.certified = slot.unpriced = slot.compared = 0;
  slot.costUsd = slot.paidUsd = slot.referenceUsd = 0;
  slot.times.fill(0);
  slot.complexity.fill(0);
  slot.models.length = 0;
}

export function modelSlot(slot: Slot, place: number): ModelSlot {
  const known = slot.models[place];
  if (known !== undefined) return known;
  const made = { requests: 0, attempts: 0, failed: 0, costUsd: 0, times: new Uint32Array(timeBins) };
  slot.models[place] = made;
  return made;
}

/** A request in the terms of a slot: worked out once, and added to the slots of all windows. */
export interface SlotEntry {
  /** Place of the model that was chosen. */
  readonly place: number;
  readonly failed: boolean;
  readonly certified: boolean;
  /** Bin of the latency. */
  readonly bin: number;
  /** Tenth of the complexity, from 0. -1: not known. */
  readonly tenth: number;
  readonly compared: ComparedCost | undefined;
  readonly attempts: readonly AttemptEntry[];
}

export interface AttemptEntry {
  readonly place: number;
  readonly failed: boolean;
  /** Bin of the time. -1: it failed, or came from the cache. */
  readonly bin: number;
  readonly costUsd: number | undefined;
}

export function addRequest(slot: Slot, entry: SlotEntry): void {
  slot.requests += 1;
  if (entry.failed) slot.failed += 1;
  if (entry.certified) slot.certified += 1;
  count(slot.times, entry.bin);
  if (entry.tenth >= 0) count(slot.complexity, entry.tenth);
  if (entry.compared !== undefined) {
    slot.compared += 1;
    slot.paidUsd += entry.compared.paidUsd;
    slot.referenceUsd += entry.compared.referenceUsd;
  }
  modelSlot(slot, entry.place).requests += 1;
  for (const attempt of entry.attempts) addAttempt(slot, attempt);
}

export function addAttempt(slot: Slot, { place, failed, bin, costUsd }: AttemptEntry): void {
  const model = modelSlot(slot, place);
  model.attempts += 1;
  if (failed) model.failed += 1;
  if (bin >= 0) count(model.times, bin);
  if (costUsd === undefined) slot.unpriced += 1;
  else {
    slot.costUsd += costUsd;
    model.costUsd += costUsd;
  }
}

/** Adds the figures of a slot to those of another. */
export function addSlot(into: Slot, from: Slot): void {
  into.requests += from.requests;
  into.failed += from.failed;
  into.certified += from.certified;
  into.costUsd += from.costUsd;
  into.unpriced += from.unpriced;
  into.compared += from.compared;
  into.paidUsd += from.paidUsd;
  into.referenceUsd += from.referenceUsd;
  addBins(into.times, from.times);
  addBins(into.complexity, from.complexity);
  from.models.forEach((model, place) => {
    if (model === undefined) return;
    const own = modelSlot(into, place);
    own.requests += model.requests;
    own.attempts += model.attempts;
    own.failed += model.failed;
    own.costUsd += model.costUsd;
    addBins(own.times, model.times);
  });
}

function addBins(into: Uint32Array, from: Uint32Array): void {
  for (let at = 0; at < from.length; at += 1) into[at] = (into[at] as number) + (from[at] as number);
}

function count(bins: Uint32Array, at: number): void {
  bins[at] = (bins[at] as number) + 1;
}
