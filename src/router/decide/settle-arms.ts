import { errorType } from "../../contracts/errors/index.ts";
import {
  type ArmAssignment,
  type ArmShare,
  type Choice,
  isRouterError,
  PolicyError,
  type UnitDraw,
} from "../../contracts/index.ts";
import { dropPromises } from "../../plugin/index.ts";

/** Largest rounding error of a sum of probabilities. */
export const tolerance = 1e-9;

/** Returns the unit of the request in a comparison; undefined if it names none. */
export type UnitOf = (comparison: string) => UnitDraw | undefined;

/** The arms of one request, settled. */
export interface SettledArms {
  /** Probabilities of the choices for the request's unit, in their order. They sum to 1. */
  readonly probabilities: readonly number[];
  readonly arms: readonly ArmAssignment[] | undefined;
}

/** Largest number of comparisons in an opinion, and of arms in a comparison. */
const mostComparisons = 8;
const mostArms = 16;
/** Longest name of a comparison or an arm in characters: decisions hold them. */
const longestName = 200;

interface Arm {
  readonly name: string;
  readonly low: number;
  readonly high: number;
}

type Refuse = (problem: string) => never;

/**
 * Settles the arm of each comparison, in the order in which the choices name them. A unit whose number lies in an arm's
 * interval gets the arm's choices with probability / width. The rest up to 1 goes to choices that are not part of the
 * comparison (an exploration around it, a policy after it), in proportion; choices of its other arms go. So the probability
 * of a choice over all units is the one that it states, and a policy around a comparison moves no unit. The opinion's
 * probabilities must sum to 1. Throws `PolicyError`.
 *
 * A request without a unit is in no arm: its choices keep their probabilities. Numbers of a request in two comparisons must be
 * independent: the same one twice is refused.
 */
export function settleArms(policy: string, lottery: readonly Choice[], unitOf: UnitOf): SettledArms {
  const { tags, probabilities, comparisons, refuse } = checkArms(policy, lottery);
  const assigned: ArmAssignment[] = [];
  for (const comparison of comparisons) {
    // Within an arm of a comparison that was settled before, this one may have no part.
    if (!tags.some((own, index) => probabilities[index] !== gone && tagOf(own, comparison) !== undefined))
      continue;
    const unit = checkedUnit(comparison, unitOf, refuse);
    if (unit === undefined) continue;
    const twin = assigned.find(({ draw, unitHash }) => draw === unit.draw && unitHash === unit.unitHash);
    if (twin !== undefined) refuse(sameNumber(comparison, twin.comparison));
    const arm = settle(comparison, unit.draw, tags, probabilities, refuse);
    if (arm !== undefined)
      assigned.push(
        Object.freeze({ comparison, arm: arm.name, ...unit, share: Math.min(1, arm.high - arm.low) }),
      );
  }
  return {
    probabilities: probabilities.map((one) => (one === gone ? 0 : one)),
    arms: assigned.length === 0 ? undefined : Object.freeze(assigned),
  };
}

interface CheckedArms {
  /** Arms of each choice. */
  readonly tags: readonly (readonly ArmShare[])[];
  readonly probabilities: number[];
  readonly comparisons: ReadonlySet<string>;
  readonly refuse: Refuse;
}

/** Checks the arms of a lottery as far as they depend on no unit. Throws `PolicyError`. */
export function checkArms(policy: string, lottery: readonly Choice[]): CheckedArms {
  const refuse: Refuse = (problem) => {
    throw new PolicyError(policy, problem);
  };
  const tags = lottery.map(({ arms }) => (arms === undefined ? noArms : checkedArms(arms, refuse)));
  const probabilities = lottery.map(({ probability = 1 }) => probability);
  const comparisons = new Set(tags.flatMap((own) => own.map(({ comparison }) => comparison)));
  if (comparisons.size > mostComparisons) refuse(`returned arms of more than ${mostComparisons} comparisons`);
  for (const comparison of comparisons) checkComparison(comparison, tags, probabilities, refuse);
  return { tags, probabilities, comparisons, refuse };
}

const noArms: readonly ArmShare[] = [];
/** Stands for the probability of a choice of another arm. One of 0 still says that its arm exists. */
const gone = -1;

/** Probabilities of nested comparisons are products: with one number for both arms they would be wrong, and no one would see it. */
function sameNumber(comparison: string, other: string): string {
  return `reads the inputs ${other} and ${comparison}, whose unitOf() give a request the same hash and number: their arms would depend on each other, and no probability would be right. Let each hash its own id with the unit`;
}

function tagOf(tags: readonly ArmShare[], comparison: string): ArmShare | undefined {
  for (const tag of tags) if (tag.comparison === comparison) return tag;
  return undefined;
}

/** Changes the probabilities to those of the unit, and returns its arm. */
function settle(
  comparison: string,
  draw: number,
  tags: readonly (readonly ArmShare[])[],
  probabilities: number[],
  refuse: Refuse,
): Arm | undefined {
  let arm: Arm | undefined;
  tags.forEach((own, index) => {
    const tag = arm === undefined && probabilities[index] !== gone ? tagOf(own, comparison) : undefined;
    if (tag !== undefined && tag.low <= draw && draw < tag.high)
      arm = { name: tag.arm, low: tag.low, high: tag.high };
  });
  const width = arm === undefined ? 1 : arm.high - arm.low;
  const { mine, others } = sumsOf(comparison, arm?.name, tags, probabilities);
  if (!fits(mine, width)) refuse(moreThanUnits(comparison, arm?.name ?? "", mine, width));
  const given = mine / width;
  const left = given > 1 - tolerance ? 0 : 1 - given;
  if (left > 0 && !(others > 0))
    refuse(
      `left ${left.toPrecision(3)} of the probability without an opinion for units ${arm === undefined ? "in no arm" : `in the arm ${arm.name}`} of the comparison ${comparison}. Put it first in firstOf(…, always(…))`,
    );
  tags.forEach((own, index) => {
    const probability = probabilities[index] as number;
    if (probability === gone) return;
    const tag = tagOf(own, comparison);
    if (tag === undefined) probabilities[index] = left === 0 ? 0 : (probability * left) / others;
    else probabilities[index] = tag.arm === arm?.name ? probability / width : gone;
  });
  return arm;
}

function sumsOf(
  comparison: string,
  arm: string | undefined,
  tags: readonly (readonly ArmShare[])[],
  probabilities: readonly number[],
): { readonly mine: number; readonly others: number } {
  let mine = 0;
  let others = 0;
  tags.forEach((own, index) => {
    const probability = probabilities[index] as number;
    if (probability === gone) return;
    const tag = tagOf(own, comparison);
    if (tag === undefined) others += probability;
    else if (tag.arm === arm) mine += probability;
  });
  return { mine, others };
}

/** Bounds of intervals are rounded to about 1e-16, which counts for more in a narrow one. */
function fits(sum: number, width: number): boolean {
  return sum === 0 || (width > 0 && sum <= width * (1 + tolerance) + 1e-15);
}

function moreThanUnits(comparison: string, arm: string, sum: number, width: number): string {
  return `gave the arm ${arm} of the comparison ${comparison} a probability of ${sum}, more than its part of the units, ${width}`;
}

/** Refuses arms that have the same name and other intervals, that overlap, or that have more than their units. */
function checkComparison(
  comparison: string,
  tags: readonly (readonly ArmShare[])[],
  probabilities: readonly number[],
  refuse: Refuse,
): void {
  const arms = new Map<string, { readonly low: number; readonly high: number; sum: number }>();
  tags.forEach((own, index) => {
    const tag = tagOf(own, comparison);
    if (tag === undefined) return;
    const { arm, low, high } = tag;
    const known = arms.get(arm);
    if (known === undefined) arms.set(arm, { low, high, sum: probabilities[index] as number });
    else if (known.low !== low || known.high !== high)
      refuse(`gave the arm ${arm} of the comparison ${comparison} two intervals`);
    else known.sum += probabilities[index] as number;
    if (arms.size > mostArms) refuse(`returned more than ${mostArms} arms of the comparison ${comparison}`);
  });
  let end = 0;
  for (const [, { low, high }] of [...arms].sort(([, a], [, b]) => a.low - b.low || a.high - b.high)) {
    if (low < end - tolerance) refuse(`returned arms of the comparison ${comparison} that overlap`);
    end = high;
  }
  for (const [arm, { low, high, sum }] of arms) {
    const width = high - low;
    if (!fits(sum, width)) refuse(moreThanUnits(comparison, arm, sum, width));
  }
}

/** Returns copies: the policy may change its own. */
function checkedArms(arms: unknown, refuse: Refuse): readonly ArmShare[] {
  if (!Array.isArray(arms) || arms.length > mostComparisons)
    return refuse(
      `returned arms that are not a list of at most ${mostComparisons} { comparison, arm, low, high }`,
    );
  const tags = (arms as readonly (Partial<ArmShare> | null)[]).map((one): ArmShare => {
    const { comparison, arm, low, high } = one ?? {};
    if (!isName(comparison) || !isName(arm))
      return refuse("returned an arm without the names of comparison and arm");
    if (!isShare(low) || !isShare(high) || low > high)
      return refuse(
        `gave the arm ${arm} of the comparison ${comparison} the interval from ${shown(low)} to ${shown(high)}, which is not within [0, 1]`,
      );
    return { comparison, arm, low, high };
  });
  tags.forEach((tag, index) => {
    if (tagOf(tags, tag.comparison) !== tags[index])
      refuse(
        `returned a choice with two arms of the comparison ${tag.comparison}: a comparison cannot be part of itself`,
      );
  });
  return tags;
}

function isName(value: unknown): value is string {
  return typeof value === "string" && value !== "" && value.length <= longestName;
}

function isShare(value: unknown): value is number {
  return typeof value === "number" && value >= 0 && value <= 1;
}

function shown(value: unknown): string {
  return typeof value === "number" ? String(value) : `a value of type ${typeof value}`;
}

function checkedUnit(comparison: string, unitOf: UnitOf, refuse: Refuse): UnitDraw | undefined {
  let unit: unknown;
  try {
    unit = unitOf(comparison);
  } catch (cause) {
    if (isRouterError(cause, "policy")) throw cause;
    return refuse(`reads the input ${comparison}, whose unitOf() threw an error of type ${errorType(cause)}`);
  }
  if (unit === undefined) return undefined;
  const { unitHash, draw } = (typeof unit === "object" && unit !== null ? unit : {}) as Partial<UnitDraw>;
  // A name in place of the hash would end up in decisions and logs.
  if (
    typeof unitHash === "string" &&
    /^[0-9a-f]{12}$/.test(unitHash) &&
    typeof draw === "number" &&
    draw >= 0 &&
    draw < 1
  )
    return { unitHash, draw };
  return refuse(
    dropPromises(unit)
      ? `reads the input ${comparison}, whose unitOf() returned a promise: it must not be async`
      : `reads the input ${comparison}, whose unitOf() must return { unitHash, draw } with 12 hex digits and a number in [0, 1)`,
  );
}
