import { InvalidOptionError } from "../contracts/index.ts";
import { checkNumber } from "../plugin/index.ts";
import { isBets } from "../statistics/sequential-bets.ts";
import type { PromiseState, Standing } from "./promise-state.ts";

const states: readonly Standing["state"][] = ["kept", "at-risk", "broken", "not-enough-evidence"];

/** Checks and returns an exported state of a promise of this limit. Throws `InvalidOptionError`. */
export function checkPromiseState(given: PromiseState, maxLoss: number, size: number): PromiseState {
  const { formatVersion, bets, window, standing, mostWeight } = (given ?? {}) as Partial<PromiseState>;
  if (formatVersion !== 1 || given.maxLoss !== maxLoss)
    throw new InvalidOptionError(
      "state",
      { formatVersion, maxLoss: given?.maxLoss },
      `what exportState() of a promise of maxLoss ${maxLoss} returned: evidence against another limit does not count`,
    );
  const begun: unknown = bets?.begun;
  if (!Array.isArray(begun) || begun.length < 1 || begun.length > 1_000 || !begun.every(isBets))
    throw new InvalidOptionError("state.bets.begun", begun, "1 to 1,000 bets, as exported");
  const since = checkNumber("state.bets.since", bets?.since, { min: 0, integer: true });
  if (!Array.isArray(window)) throw new InvalidOptionError("state.window", window, "an array of records");
  const rows = window.slice(-size).map((row: readonly unknown[] | null, at) => {
    const loss = checkNumber(`state.window[${at}][0]`, row?.[0], { min: -1, max: 1 });
    return [loss, checkNumber(`state.window[${at}][1]`, row?.[1], { min: 1 })] as const;
  });
  const state = standing?.state;
  if (state === undefined || !states.includes(state))
    throw new InvalidOptionError("state.standing.state", state, states.join(", "));
  return {
    formatVersion: 1,
    maxLoss,
    bets: { begun, since },
    window: rows,
    standing: {
      state,
      since: checkNumber("state.standing.since", standing?.since, { min: 0, integer: true }),
      records: checkNumber("state.standing.records", standing?.records, { min: 0, integer: true }),
    },
    mostWeight: checkNumber("state.mostWeight", mostWeight, { min: 0 }),
  };
}
