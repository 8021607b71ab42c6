import { errorType } from "../../../contracts/errors/index.ts";
import { isRouterError, type Member, type Model } from "../../../contracts/index.ts";
import { dropPromises } from "../../../plugin/index.ts";
import type { DiscoveredEndpoint } from "../discovery/discovery.ts";
import { checkMember, mostMembers, noteMember, type Owner } from "./check-member.ts";
import { createEndpoint, type Endpoint, memberOf } from "./endpoint.ts";
import { EndpointCalls } from "./endpoint-calls.ts";
import type { Members } from "./members.ts";
import type { ServedNames } from "./served-names.ts";

/** Makes a model of an endpoint that was found. */
export type AsModel = (endpoint: DiscoveredEndpoint) => Model;

interface Seat {
  readonly endpoint: Endpoint;
  readonly state: DiscoveredEndpoint["state"];
  /** Labels of the endpoint as text: others make another model. */
  readonly labels: string;
}

/** Difference that a set of endpoints made. */
export interface SeatChange {
  readonly isChanged: boolean;
  readonly added: readonly Endpoint[];
  readonly gone: readonly Endpoint[];
}

/**
 * Members that come and go. The calls of an endpoint are kept by its key while any are under way, and for a while after:
 * one that comes back goes on where it was.
 */
export class FoundMembers implements Members {
  readonly #owner: Owner;
  readonly #as: AsModel;
  readonly #now: () => number;
  readonly #served: ServedNames;
  /** By address, in the order of the set. */
  #seats: ReadonlyMap<string, Seat> = new Map();
  readonly #calls = new Map<string, EndpointCalls>();
  #problems: readonly string[] = [];
  #revision = 0;

  constructor(
    owner: Owner,
    as: AsModel,
    { now, served }: { readonly now: () => number; readonly served: ServedNames },
  ) {
    this.#owner = owner;
    this.#as = as;
    this.#now = now;
    this.#served = served;
  }

  list(): readonly Member[] {
    const list: Member[] = [];
    for (const { endpoint, state } of this.#seats.values()) list.push(memberOf(endpoint, state));
    return list;
  }

  endpoints(): readonly Endpoint[] {
    return [...this.#seats.values()].map(({ endpoint }) => endpoint);
  }

  callsOf(key: string): EndpointCalls | undefined {
    return this.#calls.get(key);
  }

  get revision(): number {
    return this.#revision;
  }

  /** Number of endpoints whose calls are kept. */
  get kept(): number {
    return this.#calls.size;
  }

  /** Returns what is wrong with endpoints of the last set. */
  get problems(): readonly string[] {
    return this.#problems;
  }

  /** Takes a whole set. Endpoints of which no member can be made are left out, and told as problems. */
  take(found: readonly DiscoveredEndpoint[]): SeatChange {
    const before = this.#seats;
    const seats = new Map<string, Seat>();
    const keys = new Set<string>();
    const problems: string[] = [];
    const added: Endpoint[] = [];
    for (const one of found) {
      const labels = JSON.stringify(one.labels ?? {});
      const known = before.get(one.url);
      try {
        const endpoint = known?.labels === labels ? known.endpoint : this.#made(one);
        if (keys.has(endpoint.key)) {
          problems.push(`${shown(one.url)}: as() made a model with the address of another endpoint`);
          continue;
        }
        keys.add(endpoint.key);
        seats.set(one.url, { endpoint, state: one.state, labels });
        if (known?.endpoint !== endpoint) added.push(endpoint);
      } catch (error) {
        problems.push(`${shown(one.url)}: ${describe(error)}`);
      }
    }
    const gone = [...before.values()].map(({ endpoint }) => endpoint).filter(({ key }) => !keys.has(key));
    this.#seats = seats;
    this.#problems = problems;
    this.#forget(keys);
    if (added.length > 0 || gone.length > 0) this.#revision += 1;
    return { isChanged: added.length > 0 || gone.length > 0 || differ(before, seats), added, gone };
  }

  #made(found: DiscoveredEndpoint): Endpoint {
    // A copy: the caller's function may keep or change it.
    const model: unknown = this.#as({ ...found, labels: { ...found.labels } });
    try {
      const key = checkMember("as()", this.#owner, model as Model);
      const calls = this.#calls.get(key) ?? new EndpointCalls(this.#now);
      this.#calls.delete(key);
      this.#calls.set(key, calls);
      const endpoint = createEndpoint(model as Model, this.#owner.name, { key, calls, served: this.#served });
      noteMember(model as Model, this.#owner);
      return endpoint;
    } catch (error) {
      dropPromises(model);
      throw error;
    }
  }

  /** Forgets those that left longest ago: endpoints may come and go without end. */
  #forget(present: ReadonlySet<string>): void {
    let spare = this.#calls.size - present.size - mostMembers;
    for (const [key, calls] of this.#calls) {
      if (spare <= 0) return;
      if (present.has(key) || calls.inFlight > 0) continue;
      this.#calls.delete(key);
      spare -= 1;
    }
  }
}

function differ(before: ReadonlyMap<string, Seat>, after: ReadonlyMap<string, Seat>): boolean {
  if (before.size !== after.size) return true;
  for (const [url, { state }] of after) if (before.get(url)?.state !== state) return true;
  return false;
}

function describe(error: unknown): string {
  return isRouterError(error) ? error.message : `as() threw an error of type ${errorType(error)}`;
}

/** Returns an address without credentials and query. */
function shown(url: string): string {
  const { origin, pathname } = new URL(url);
  return `${origin}${pathname}`;
}
