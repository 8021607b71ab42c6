import type { RequestFacts } from "../../contracts/index.ts";
import type { BudgetOwner } from "./budget-options.ts";

/** Facts of a request that say who it belongs to. */
export type OwnerFacts = Partial<Pick<RequestFacts, "tenant" | "session" | "labels">>;

/** Owner of an account of a budget. */
export interface Owner {
  readonly tenant?: string | undefined;
  /** Session, or value of the label, within the tenant. */
  readonly name?: string | undefined;
}

const nobody: Owner = Object.freeze({});

/** Returns the owner of a request's account. Requests that do not name one share an account. */
export function ownerOf(owner: BudgetOwner, { tenant, session, labels }: OwnerFacts): Owner {
  switch (owner.kind) {
    case "router":
      return nobody;
    case "tenant":
      return tenant === undefined ? nobody : { tenant };
    case "session":
      return { tenant, name: session };
    case "label": {
      const has = labels !== undefined && Object.hasOwn(labels, owner.label);
      return { tenant, name: has ? labels[owner.label] : undefined };
    }
  }
}

/** Returns a key that two owners of a budget share only if they are the same. */
export function ownerKey({ tenant, name }: Owner): string {
  const whose = tenant === undefined ? "" : `${tenant.length}:${tenant}`;
  return name === undefined ? whose : `${whose}=${name}`;
}

/** Returns the cheapest function that gives each owner of a budget a key of its own. */
export function keyBy({ kind }: BudgetOwner): (owner: Owner) => string {
  // A tenant is never empty.
  return kind === "session" || kind === "label" ? ownerKey : ({ tenant = "" }) => tenant;
}
