import { InvalidOptionError } from "../../../contracts/index.ts";
import type { FilledOptions, OptionTable } from "../../../plugin/options/option-table.ts";
import { readOption, readOptions } from "../../../plugin/options/read-options.ts";
import { mostMembers } from "../members/check-member.ts";

/** Options for the number of members that a pool wants. */
export interface PoolScaleOptions {
  /** Most members, in [1, 1,000]. */
  readonly max: number;
  /** Fewest members, in [1, `max`]: a pool of none has no load that could be read. Default 1. */
  readonly min?: number | undefined;
  /** Share of what the members can do that should be in use, in [0.1, 1]. Default 0.8. */
  readonly target?: number | undefined;
  /** Calls that a member answers at a time. Default: as many as were seen to run while others waited, which is unknown before. */
  readonly slots?: number | undefined;
  /** Time in milliseconds within which calls that wait should have their turn. Default 10,000. */
  readonly waitMs?: number | undefined;
  /** Time in milliseconds for which more members must be needed before more are wanted. Default 10,000. */
  readonly upAfterMs?: number | undefined;
  /** Time in milliseconds for which fewer must be enough before fewer are wanted. Default 300,000. */
  readonly downAfterMs?: number | undefined;
}

export const poolScaleOptions: OptionTable<PoolScaleOptions, "slots"> = {
  max: { is: "number", min: 1, max: mostMembers, integer: true },
  min: { is: "number", min: 1, max: mostMembers, integer: true, default: 1 },
  target: { is: "number", min: 0.1, max: 1, default: 0.8 },
  slots: { is: "number", min: 1, max: 1_000_000, integer: true, optional: true },
  waitMs: { is: "duration", max: 86_400_000, default: 10_000 },
  upAfterMs: { is: "duration", min: 0, max: 86_400_000, default: 10_000 },
  downAfterMs: { is: "duration", min: 0, max: 86_400_000, default: 300_000 },
};

/** The options with their defaults. */
export type PoolScale = FilledOptions<PoolScaleOptions, "slots">;

/** Checks the option `scale` of a pool. Throws `InvalidOptionError`, also where the pool reads no load. */
export function checkScaleOptions(option: string, given: PoolScaleOptions, hasLoad: boolean): PoolScale {
  const scale = readOptions(option, poolScaleOptions, given);
  readOption({ is: "number", min: 1, max: scale.max }, `${option}.min`, scale.min);
  if (!hasLoad) throw new InvalidOptionError(option, given, "used with load: true, by which it counts");
  return scale;
}
