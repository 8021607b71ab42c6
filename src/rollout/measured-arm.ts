import {
  isRatioSums,
  noRatio,
  type RatioSums,
  ratioInterval,
  type UnitSums,
  withUnit,
} from "../statistics/ratio-sequence.ts";

/** A measured mean, with an interval from 50 units on that may be looked at any time. */
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
  /** Hash, cost, requests, quality and ratings of each remembered unit. */
  readonly open: readonly (readonly [string, number, number, number, number])[];
}

interface OpenUnit {
  readonly cost: UnitSums | undefined;
  readonly quality: UnitSums | undefined;
}

export function createMeasuredArm(maxUnits: number): MeasuredArm {
  let counts = { requests: 0, failed: 0, unknownCost: 0 };
  let cost: RatioSums = noRatio;
  let quality: RatioSums = noRatio;
  let open = new Map<string, OpenUnit>();

  const touch = (unitHash: string): OpenUnit => {
    const unit = open.get(unitHash) ?? { cost: undefined, quality: undefined };
    open.delete(unitHash);
    if (open.size >= maxUnits) open.delete(open.keys().next().value as string);
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
      open.set(unitHash, { ...unit, cost: after });
    },
    rating(unitHash, value) {
      const unit = touch(unitHash);
      const after = added(unit.quality, value);
      quality = withUnit(quality, unit.quality, after);
      open.set(unitHash, { ...unit, quality: after });
    },
    report: (alpha) => ({
      units: cost.units,
      ...counts,
      costUsd: ratioInterval(cost, alpha),
      rated: quality.count,
      quality: ratioInterval(quality, alpha),
    }),
    exportState: () => ({
      counts: { ...counts },
      cost,
      quality,
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
    },
  };
}

/** True for what `exportState` returned. */
export function isMeasuredArmState(value: unknown): value is MeasuredArmState {
  const { counts, cost, quality, open } = (value ?? {}) as Partial<MeasuredArmState>;
  const isAmount = (one: unknown) => typeof one === "number" && one >= 0 && Number.isFinite(one);
  const { requests, failed, unknownCost } = (counts ?? {}) as Partial<MeasuredArmState["counts"]>;
  return (
    [requests, failed, unknownCost].every(isAmount) &&
    isRatioSums(cost) &&
    isRatioSums(quality) &&
    Array.isArray(open) &&
    open.length <= 1_000_000 &&
    open.every(
      (row: unknown) =>
        Array.isArray(row) && row.length === 5 && typeof row[0] === "string" && row.slice(1).every(isAmount),
    )
  );
}
