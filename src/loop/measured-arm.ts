import type { StateTable } from "../plugin/index.ts";
import { type HeavyUnits, isHeavy, noHeavyUnits, withHeavyUnit } from "./heavy-units.ts";
import { oldestKeyOf } from "./oldest-key.ts";
import {
  noRatio,
  type RatioSums,
  ratioInterval,
  type UnitSums,
  withUnit,
} from "./statistics/ratio-sequence.ts";

/**
 * A measured mean, with an interval that may be looked at any time: from 50 units on, as long as no unit holds more than a
 * tenth of their spread.
 */
export interface MeasuredMean {
  readonly value: number;
  readonly low?: number | undefined;
  readonly high?: number | undefined;
}

/** Measurements of an arm. */
export interface MeasuredArmReport {
  /** Units with a request whose cost is known. */
  readonly units: number;
  /** Requests that have ended, failed ones too. */
  readonly requests: number;
  readonly failed: number;
  /** Requests whose cost is not known: they are in no mean. */
  readonly unknownCost: number;
  /** Mean cost of a request in US dollars. Absent if none is known. */
  readonly costUsd?: MeasuredMean | undefined;
  /** Requests with feedback. */
  readonly rated: number;
  /** Mean quality by feedback, in [0, 1]. Absent without feedback. */
  readonly quality?: MeasuredMean | undefined;
}

/** Sums of an arm. Its units are remembered by hash, at most `maxUnits`: the one that is idle for longest is forgotten. */
export interface MeasuredArm {
  /** `costUsd` is undefined if it is not known. */
  request(unitHash: string, costUsd: number | undefined, failed: boolean): void;
  rating(unitHash: string, quality: number): void;
  report(alpha: number): MeasuredArmReport;
  exportState(): MeasuredArmState;
  restoreState(state: MeasuredArmState): void;
}

/** Plain JSON. */
export interface MeasuredArmState {
  readonly counts: { readonly requests: number; readonly failed: number; readonly unknownCost: number };
  readonly cost: RatioSums;
  readonly quality: RatioSums;
  /** Absent in a state of before there were any. */
  readonly heavy?: Readonly<Record<"cost" | "quality", HeavyUnits>> | undefined;
  /** Hash, cost, requests, quality and ratings of each remembered unit. */
  readonly open: readonly (readonly [string, number, number, number, number])[];
}

const amount = { is: "number", min: 0 } as const;
const unitSums = { is: "table", of: { amount, count: amount } } as const;
const heavyUnits = { is: "table", of: { byAmount: unitSums, byCount: unitSums } } as const;
const ratioSums = {
  is: "table",
  of: {
    units: amount,
    amount,
    count: amount,
    amountSquares: amount,
    countSquares: amount,
    products: amount,
  },
} as const;

export const measuredArmState: StateTable<MeasuredArmState> = {
  counts: { is: "table", of: { requests: amount, failed: amount, unknownCost: amount } },
  cost: ratioSums,
  quality: ratioSums,
  heavy: { is: "table", of: { cost: heavyUnits, quality: heavyUnits }, optional: true },
  open: {
    is: "list",
    max: 1_000_000,
    of: { is: "tuple", of: [{ is: "text", empty: true }, amount, amount, amount, amount] },
  },
};

interface OpenUnit {
  readonly cost: UnitSums | undefined;
  readonly quality: UnitSums | undefined;
}

export function createMeasuredArm(maxUnits: number): MeasuredArm {
  let counts = { requests: 0, failed: 0, unknownCost: 0 };
  let cost: RatioSums = noRatio;
  let quality: RatioSums = noRatio;
  let heavy = { cost: noHeavyUnits, quality: noHeavyUnits };
  let open = new Map<string, OpenUnit>();
  let oldest = oldestKeyOf(open);

  const touch = (unitHash: string): OpenUnit => {
    const unit = open.get(unitHash) ?? { cost: undefined, quality: undefined };
    open.delete(unitHash);
    if (open.size >= maxUnits) open.delete(oldest() as string);
    open.set(unitHash, unit);
    return unit;
  };
  const added = ({ amount, count }: UnitSums = { amount: 0, count: 0 }, value: number): UnitSums => ({
    amount: amount + value,
    count: count + 1,
  });

  return {
    request(unitHash, costUsd, failed) {
      counts.requests += 1;
      if (failed) counts.failed += 1;
      const unit = touch(unitHash);
      if (costUsd === undefined) {
        counts.unknownCost += 1;
        return;
      }
      const after = added(unit.cost, costUsd);
      cost = withUnit(cost, unit.cost, after);
      heavy.cost = withHeavyUnit(heavy.cost, after);
      open.set(unitHash, { ...unit, cost: after });
    },
    rating(unitHash, value) {
      const unit = touch(unitHash);
      const after = added(unit.quality, value);
      quality = withUnit(quality, unit.quality, after);
      heavy.quality = withHeavyUnit(heavy.quality, after);
      open.set(unitHash, { ...unit, quality: after });
    },
    report: (alpha) => ({
      units: cost.units,
      ...counts,
      costUsd: meanOf(cost, heavy.cost, alpha),
      rated: quality.count,
      quality: meanOf(quality, heavy.quality, alpha),
    }),
    exportState: () => ({
      counts: { ...counts },
      cost,
      quality,
      heavy: { ...heavy },
      open: [...open].map(([hash, unit]) => [
        hash,
        unit.cost?.amount ?? 0,
        unit.cost?.count ?? 0,
        unit.quality?.amount ?? 0,
        unit.quality?.count ?? 0,
      ]),
    }),
    restoreState(state) {
      counts = { ...state.counts };
      ({ cost, quality } = state);
      const sumsOf = (amount: number, count: number) => (count > 0 ? { amount, count } : undefined);
      open = new Map(
        state.open
          .slice(-maxUnits)
          .map(([hash, amount, count, good, rated]) => [
            hash,
            { cost: sumsOf(amount, count), quality: sumsOf(good, rated) },
          ]),
      );
      oldest = oldestKeyOf(open);
      heavy = state.heavy === undefined ? heaviestOf(open.values()) : { ...state.heavy };
    },
  };
}

function meanOf(sums: RatioSums, heavy: HeavyUnits, alpha: number): MeasuredMean | undefined {
  const mean = ratioInterval(sums, alpha);
  return mean !== undefined && isHeavy(sums, heavy) ? { value: mean.value } : mean;
}

function heaviestOf(units: Iterable<OpenUnit>): { cost: HeavyUnits; quality: HeavyUnits } {
  const heavy = { cost: noHeavyUnits, quality: noHeavyUnits };
  for (const { cost, quality } of units) {
    if (cost !== undefined) heavy.cost = withHeavyUnit(heavy.cost, cost);
    if (quality !== undefined) heavy.quality = withHeavyUnit(heavy.quality, quality);
  }
  return heavy;
}
