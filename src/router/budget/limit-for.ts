import { errorType } from "../../contracts/errors/index.ts";
import {
  type BudgetAccount,
  type BudgetAccountOwner,
  InvalidOptionError,
  type LimitSource,
} from "../../contracts/index.ts";
import type { Amount } from "../../contracts/store.ts";
import { isObject } from "../../plugin/fields-of.ts";
import { dropPromises, readOption } from "../../plugin/index.ts";
import { mostAmount, mostUsd, nanoOf } from "./amounts.ts";

type Unit = BudgetAccount["unit"];

/** Owner of an account: a tenant, and a session or value of a label within it. */
interface Owner {
  readonly tenant?: string | undefined;
  readonly name?: string | undefined;
}

/** Amount of a budget that holds for one owner. */
export interface OwnLimit {
  /** In nano-dollars or tokens. */
  readonly amount: Amount;
  /** The amount as it was given, in US dollars or tokens. */
  readonly given: number;
  readonly from: LimitSource;
}

/** Limit of an owner while `limitFor` fails: nothing may be used. */
export const noLimit: OwnLimit = { amount: 0, given: 0, from: "failed" };

/** Returns the amount that the configuration states for an owner. Throws `InvalidOptionError` where a function fails. */
export type LimitFor = (owner: Owner) => OwnLimit;

/** Amounts of owners as they are given: a table by name, or a function. */
export type GivenLimits =
  | Readonly<Record<string, number>>
  | ((owner: BudgetAccountOwner) => number | undefined);

/** Returns an amount of an owner as it holds. Throws `InvalidOptionError`; 0 is an amount: nothing may be used. */
export function ownLimit(option: string, unit: Unit, given: unknown, from: LimitSource): OwnLimit {
  const isUsd = unit === "usd";
  const max = isUsd ? mostUsd : mostAmount - 1;
  const read: number = readOption({ is: "number", min: 0, max, integer: !isUsd }, option, given);
  return { amount: isUsd ? nanoOf(read) : read, given: read, from };
}

/** Reads `limitFor`. `otherwise` holds for owners for whom it says nothing. Throws `InvalidOptionError`. */
export function resolveLimitFor(
  option: string,
  given: unknown,
  unit: Unit,
  kind: "router" | "tenant" | "session" | "label",
  otherwise: OwnLimit,
): LimitFor {
  if (typeof given === "function") return asked(option, given as Asked, unit, otherwise);
  // A map has no keys of this kind: all owners would be left out.
  if (!isObject(given) || Symbol.iterator in given)
    throw new InvalidOptionError(option, given, "a table of amounts by owner, or a function of the owner");
  if (kind === "router")
    throw new InvalidOptionError(option, given, "a function: a budget of the router has no owners to name");
  // A map: owners may be called as what every object has.
  const table = new Map<string, OwnLimit>();
  for (const [name, amount] of Object.entries(given))
    table.set(name, ownLimit(`${option}[${shown(name)}]`, unit, amount, "table"));
  return ({ tenant, name }) => table.get((kind === "tenant" ? tenant : name) as string) ?? otherwise;
}

type Asked = (owner: BudgetAccountOwner) => unknown;

/** An amount that cannot be used fails the request: nothing could stand in for it. */
function asked(option: string, given: Asked, unit: Unit, otherwise: OwnLimit): LimitFor {
  return ({ tenant, name: owner }) => {
    let found: unknown;
    try {
      found = given({ tenant, owner });
      return found === undefined ? otherwise : ownLimit(option, unit, found, "function");
    } catch (cause) {
      dropPromises(found);
      const problem =
        found === undefined ? `, and does not throw (an error of type ${errorType(cause)})` : "";
      const range = unit === "usd" ? `US dollars in [0, ${mostUsd}]` : "whole tokens, at least 0";
      const whose = [tenant, owner].map((one) => (one === undefined ? "none" : shown(one)));
      throw new InvalidOptionError(
        option,
        found ?? given,
        `a function that returns ${range}, or undefined for the amount of all others${problem}; for tenant ${whose[0]}, owner ${whose[1]}`,
        { cause },
      );
    }
  };
}

function shown(name: string): string {
  return JSON.stringify(name.length > 60 ? `${name.slice(0, 59)}…` : name);
}
