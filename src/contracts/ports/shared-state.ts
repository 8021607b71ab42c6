import type { UnitLift } from "../cap-lift.ts";
import type { StoreFailed, StoreRecovered } from "../events.ts";
import type { BreakerState, FailureClass } from "../resilience.ts";
import type { SessionState } from "../router-state.ts";
import type { Clock } from "./clock.ts";
import type { QuotaDesk } from "./quota-desk.ts";

/** Parts of a router that the state it shares reads and changes: its own news go to others, and theirs come to it. */
export interface SharingRouter {
  readonly clock: Clock;
  readonly emit: (event: StoreFailed | StoreRecovered) => void;
  /** Names of the router's models by id. */
  readonly names: Readonly<Record<string, string>>;
  /** Names by which its breakers and limits are kept: those of the models without efforts. */
  readonly endpoints: readonly string[];
  readonly maxSessions: number;
  readonly sessions: OwnSessions;
  readonly breakers: OwnBreakers;
  /** Absent: the router has no limits. */
  readonly limits: OwnRates | undefined;
  readonly guards: OwnGuards;
}

/** Lift of a cap, as processes tell it to each other. */
export interface GuardLift extends UnitLift {
  readonly guard: string;
}

/** Guards of this process, which learn of caps that were lifted in another one. */
export interface OwnGuards {
  /** Names of the guards that the policy has now. */
  names(): readonly string[];
  /** Lifts a cap, and returns true if there was one. Throws `InvalidOptionError` for a unit that is not the guard's. */
  lift(lift: GuardLift): boolean;
}

/** Sessions of this process, into which those of others are read. */
export interface OwnSessions {
  known(tenant: string | undefined, session: string): SessionState | undefined;
  /** Takes over what another process knows. Undefined: the session is forgotten here. */
  learn(tenant: string | undefined, session: string, known: SessionState | undefined): void;
}

/** Breakers of this process, which take hints of others. */
export interface OwnBreakers {
  exportState(now: number): readonly BreakerState[];
  hint(name: string, failureClass: FailureClass | undefined, now: number): void;
}

/** Rates that this process has learnt, and hints of others about theirs. */
export interface OwnRates {
  learnt(): readonly { readonly name: string; readonly perMinute: number }[];
  hint(name: string, perMinute: number): void;
}

/** Shared state that is open, as a router uses it. */
export interface OpenShared {
  readonly desk: QuotaDesk;
  /** Starts or joins the loading. Undefined: all is at hand, which every request waits for before it decides. */
  load(): Promise<unknown> | undefined;
  /**
   * Reads the session of a request that another process may have gone on with. Undefined at once if this process knows it;
   * else a promise within the store's time limit and `mostMs`: of undefined, or of the reason why the session could not be
   * read. Never rejects.
   */
  read(
    request: { readonly tenant?: string | undefined; readonly session?: string | undefined },
    mostMs: number,
  ): undefined | string | Promise<string | undefined>;
  /** Tells the others of an answer in a session, off the caller's path. */
  write(tenant: string | undefined, session: string): void;
  /** Tells the others of a lifted cap. Rejects with `StoreError` if it cannot. */
  lift(lift: GuardLift): Promise<void>;
  /** Gives back what this process holds, and tells what is still to be told. */
  close(): Promise<void>;
}
