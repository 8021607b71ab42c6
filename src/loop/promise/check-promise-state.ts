import { InvalidOptionError } from "../../contracts/index.ts";
import { checkNumber } from "../../plugin/index.ts";
import { isChangeBets } from "../statistics/change-detector.ts";
import type { DecidedBecause } from "./audited-record.ts";
import { apartOrigins } from "./check-audited-record.ts";
import { betsInWindow, type PromiseRules } from "./promise-options.ts";
import type { ApartSum, LivePromiseState, StoredRow } from "./promise-state.ts";
import type { StoredStream } from "./promise-stream.ts";
import type { StandingState } from "./standing.ts";

const states: readonly StandingState[] = ["kept", "at-risk", "broken", "not-enough-evidence"];

/**
 * Checks an exported state of a promise with these options, and returns a copy of what is known of it. Throws
 * `InvalidOptionError`.
 */
export function checkPromiseState(
  given: unknown,
  rules: Pick<PromiseRules, "name" | "maxLoss" | "everyMs" | "size">,
): LivePromiseState {
  const state = (given ?? {}) as Partial<LivePromiseState>;
  const { formatVersion, maxLoss, everyMs, name } = state;
  if (formatVersion !== 2 || maxLoss !== rules.maxLoss || everyMs !== (rules.everyMs ?? 0))
    throw new InvalidOptionError(
      "state",
      { formatVersion, maxLoss, everyMs },
      `what exportState() of a promise with maxLoss ${rules.maxLoss} and everyMs ${rules.everyMs ?? 0} returned: other evidence does not count`,
    );
  if (name !== rules.name)
    throw new InvalidOptionError("state.name", name, `the name of this promise, ${rules.name}`);
  const categories = checkList("state.categories", state.categories, 2 * betsInWindow + 1).map((one, at) => {
    const [category, stream] = Array.isArray(one) ? one : [];
    if (typeof category !== "string" || category.length > 40)
      throw new InvalidOptionError(`state.categories[${at}][0]`, category, "a name of at most 40 characters");
    return [category, checkStream(`state.categories[${at}][1]`, stream)] as const;
  });
  if (new Set(categories.map(([category]) => category)).size < categories.length)
    throw new InvalidOptionError("state.categories", categories.length, "a list without repeated names");
  const { size } = rules;
  const apart = (state.apart ?? {}) as Readonly<Record<string, unknown>>;
  return {
    formatVersion: 2,
    name: rules.name,
    maxLoss: rules.maxLoss,
    everyMs: rules.everyMs ?? 0,
    records: checkCount("state.records", state.records),
    overall: checkStream("state.overall", state.overall),
    categories,
    window: checkList("state.window", state.window, 100_000)
      .slice(-size)
      .map((row, at) => checkRow(`state.window[${at}]`, row, categories.length)),
    apart: Object.fromEntries(
      apartOrigins.flatMap((because): [DecidedBecause, ApartSum][] =>
        Object.hasOwn(apart, because) ? [[because, checkSum(`state.apart.${because}`, apart[because])]] : [],
      ),
    ),
    decisions: checkKeysOf("state.decisions", state.decisions, size),
    units: checkKeysOf("state.units", state.units, size),
    repeated: {
      decisions: checkCount("state.repeated.decisions", state.repeated?.decisions),
      units: checkCount("state.repeated.units", state.repeated?.units),
    },
  };
}

function checkStream(option: string, given: unknown): StoredStream {
  const { bets, evidence, state, since, isKept } = (given ?? {}) as Partial<StoredStream>;
  if (!isChangeBets(bets, betsInWindow))
    throw new InvalidOptionError(`${option}.bets`, typeof bets, "bets, as exported");
  if (state === undefined || !states.includes(state))
    throw new InvalidOptionError(`${option}.state`, state, states.join(", "));
  return {
    bets: {
      begun: bets.begun.map(({ start, wealth, count, sum, squares }) => ({
        start,
        wealth,
        count,
        sum,
        squares,
      })),
      count: bets.count,
    },
    evidence: checkNumber(`${option}.evidence`, evidence, { min: 0 }),
    state,
    since: checkCount(`${option}.since`, since),
    isKept: isKept === true,
  };
}

function checkRow(option: string, given: unknown, categories: number): StoredRow {
  const [loss, weight, category, tenant, at] = Array.isArray(given) ? given : [];
  return [
    checkNumber(`${option}[0]`, loss, { min: -1, max: 1 }),
    checkNumber(`${option}[1]`, weight, { min: 0, max: 1e6 }),
    checkNumber(`${option}[2]`, category, { min: -1, max: categories - 1, integer: true }),
    checkCount(`${option}[3]`, tenant),
    checkNumber(`${option}[4]`, at, { min: 0, max: 8.64e15 }),
  ];
}

function checkSum(option: string, given: unknown): ApartSum {
  const { records, loss, weight } = (given ?? {}) as Partial<ApartSum>;
  return {
    records: checkCount(`${option}.records`, records),
    loss: checkNumber(`${option}.loss`, loss),
    // Of a record it is at least 1: a mean of nothing would be none.
    weight: checkNumber(`${option}.weight`, weight, { min: 1 }),
  };
}

function checkList(option: string, given: unknown, most: number): readonly unknown[] {
  if (!Array.isArray(given) || given.length > most)
    throw new InvalidOptionError(option, typeof given, `an array of at most ${most}`);
  return given;
}

function checkKeysOf(option: string, given: unknown, size: number): readonly number[] {
  return checkList(option, given, 100_000)
    .slice(-size)
    .map((key, at) => checkCount(`${option}[${at}]`, key));
}

function checkCount(option: string, value: unknown): number {
  return checkNumber(option, value, { min: 0, max: Number.MAX_SAFE_INTEGER, integer: true });
}
