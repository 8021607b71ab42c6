import type { PartSlot } from "./part.ts";
import { createSlot, modelSlot, mostModels, type Slot } from "./slot.ts";

const sums = [
  "requests",
  "failed",
  "certified",
  "costUsd",
  "unpriced",
  "compared",
  "paidUsd",
  "referenceUsd",
] as const;

/** Returns a slot as plain JSON, without what is 0. */
export function partOfSlot(slot: Slot): PartSlot {
  return {
    index: slot.index,
    sums: sums.map((name) => slot[name]),
    times: binsOf(slot.times),
    complexity: binsOf(slot.complexity),
    models: slot.models.flatMap((model, place) =>
      model === undefined
        ? []
        : [
            [
              place,
              model.requests,
              model.attempts,
              model.failed,
              model.costUsd,
              binsOf(model.times),
            ] as const,
          ],
    ),
  };
}

/** Returns the slot that was written so, with the place that `placeOf` gives to each model. */
export function slotOfPart(part: PartSlot, placeOf: (place: number) => number): Slot {
  const slot = createSlot();
  slot.index = part.index;
  sums.forEach((name, at) => {
    slot[name] = amount(part.sums[at]);
  });
  fill(slot.times, part.times);
  fill(slot.complexity, part.complexity);
  for (const [place, requests, attempts, failed, costUsd, times] of part.models.slice(0, mostModels + 1)) {
    const model = modelSlot(slot, placeOf(place));
    model.requests += amount(requests);
    model.attempts += amount(attempts);
    model.failed += amount(failed);
    model.costUsd += amount(costUsd);
    fill(model.times, times);
  }
  return slot;
}

function binsOf(bins: Uint32Array): PartSlot["times"] {
  const found: [number, number][] = [];
  bins.forEach((count, bin) => {
    if (count > 0) found.push([bin, count]);
  });
  return found;
}

/** A bin beyond the last is left out by the array itself. */
function fill(bins: Uint32Array, given: PartSlot["times"]): void {
  for (const [bin, count] of given) bins[bin] = (bins[bin] ?? 0) + amount(count);
}

function amount(value: number | undefined): number {
  return typeof value === "number" && value >= 0 && Number.isFinite(value) ? value : 0;
}
