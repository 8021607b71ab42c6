/** Unit that a guard does not cap for a time: a person has looked at it. */
export interface CapLift {
  /** Name of the guard. Default: the router's only one. */
  readonly guard?: string | undefined;
  /** The tenant. Absent: requests without one. */
  readonly tenant?: string | undefined;
  /** The session, or value of the label, of a guard that watches those. Absent: requests without one. */
  readonly owner?: string | undefined;
  /** True for all new tenants together. Default false. */
  readonly together?: boolean | undefined;
  /** Time without a cap in milliseconds, from 1,000 to 2,678,400,000 (31 days). Default 86,400,000 (a day). */
  readonly forMs?: number | undefined;
}

/** Lift as it was carried out. */
export interface LiftedCap {
  readonly guard: string;
  readonly tenant?: string | undefined;
  readonly owner?: string | undefined;
  readonly together: boolean;
  /** True if this process had a cap of it. Others of a fleet may have one, and lift it when they learn of this one. */
  readonly wasCapped: boolean;
  /** End in milliseconds since the epoch. */
  readonly until: number;
}

/** Lift as a guard's state and other processes get it. */
export interface UnitLift extends Pick<CapLift, "tenant" | "owner"> {
  readonly together: boolean;
  /** End in milliseconds since the epoch. */
  readonly until: number;
}
