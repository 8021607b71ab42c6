import { InvalidOptionError } from "../../contracts/index.ts";
import { readState, type StateTable } from "../../plugin/index.ts";
import { type ChangeBets, isChangeBets } from "../statistics/change-detector.ts";
import { betsInWindow, type PromiseRules } from "./promise-options.ts";
import type { ApartSum, LivePromiseState } from "./promise-state.ts";
import type { StoredStream } from "./promise-stream.ts";

const count = { is: "number", min: 0, max: Number.MAX_SAFE_INTEGER, integer: true } as const;
const keys = { is: "list", of: count, max: 100_000 } as const;

const stream: StateTable<StoredStream> = {
  bets: { is: "checked", check: checkBets },
  evidence: { is: "number", min: 0 },
  state: { is: "choice", of: ["kept", "at-risk", "broken", "not-enough-evidence"] },
  since: count,
  isKept: { is: "boolean" },
};

// The weight of a record is at least 1: a mean of nothing would be none.
const sum: StateTable<ApartSum> = {
  records: count,
  loss: { is: "number" },
  weight: { is: "number", min: 1 },
};

const promiseState: StateTable<LivePromiseState> = {
  formatVersion: { is: "choice", of: [2] },
  name: { is: "text" },
  maxLoss: { is: "number" },
  everyMs: { is: "number" },
  records: count,
  overall: { is: "table", of: stream },
  categories: {
    is: "list",
    max: 2 * betsInWindow + 1,
    of: {
      is: "tuple",
      of: [
        { is: "text", empty: true, max: 40, expected: "a name of at most 40 characters" },
        { is: "table", of: stream },
      ],
    },
  },
  window: {
    is: "list",
    max: 100_000,
    of: {
      is: "tuple",
      of: [
        { is: "number", min: -1, max: 1 },
        { is: "number", min: 0, max: 1e6 },
        { is: "number", min: -1, integer: true },
        count,
        { is: "number", min: 0, max: 8.64e15 },
      ],
    },
  },
  apart: { is: "record", of: { is: "table", of: sum } },
  decisions: keys,
  units: keys,
  repeated: { is: "table", of: { decisions: count, units: count } },
};

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
  const read = readState("state", promiseState, state as LivePromiseState);
  const { categories, window } = read;
  if (new Set(categories.map(([category]) => category)).size < categories.length)
    throw new InvalidOptionError("state.categories", categories.length, "a list without repeated names");
  const far = window.find(([, , category]) => category >= categories.length);
  if (far !== undefined)
    throw new InvalidOptionError("state.window", far[2], `rows of the ${categories.length} categories`);
  const last = <Entry>(list: readonly Entry[]) => list.slice(-rules.size);
  return { ...read, window: last(window), decisions: last(read.decisions), units: last(read.units) };
}

function checkBets(option: string, given: unknown): ChangeBets {
  if (!isChangeBets(given, betsInWindow))
    throw new InvalidOptionError(option, typeof given, "bets, as exported");
  const begun = given.begun.map(({ start, wealth, count, sum, squares }) => ({
    start,
    wealth,
    count,
    sum,
    squares,
  }));
  return { begun, count: given.count };
}
