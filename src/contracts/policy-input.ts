import type { UnitDraw } from "./arms.ts";
import type { UnitLift } from "./cap-lift.ts";
import type { EscalationEvent, RouterEvent } from "./events.ts";
import type { Json } from "./json.ts";
import type { QualityPromise } from "./promise.ts";
import type { RequestFacts } from "./request-facts.ts";

/** Facts about the router that creates an input. */
export interface PolicyInputRuntime {
  /** Name and version of the classifier, as `Decision.versions` has them: `complexity@3`. */
  readonly classifier: string;
  /** Returns milliseconds since the epoch. */
  readonly now: () => number;
  /** Returns milliseconds that no correction of the time of day moves, for spans. */
  readonly monotonic: () => number;
  /** Passes an event to the router's listeners. */
  readonly emit: (event: EscalationEvent) => void;
}

/** State of one input in one router. */
export interface PolicyInputState<Snapshot extends Json = Json> {
  /**
   * Returns what policies see of the request, at most 1 KB of JSON (1,024 characters): more is refused, and the request
   * fails. Called for each request: return a frozen object that is made when the state changes, not when it is read.
   */
  snapshot(request: RequestFacts): Snapshot;
  /**
   * Returns the keyed number of the request's unit, by which the router settles the arms of choices whose `comparison` is
   * the id of this input. Undefined: the request names no unit. The key stays inside. `draw` is the number that will
   * settle the lottery: it names the request itself where each request is a unit.
   */
  unitOf?(request: RequestFacts, draw: number): UnitDraw | undefined;
  /** Called with the router's events. An error of it is dropped, like that of a listener. */
  observe?(event: RouterEvent): void;
  /**
   * True if `observe` only reads: it changes nothing that it is given. Events are then not frozen on its account,
   * which takes 2 µs a request. Default false.
   */
  readonly onlyReads?: boolean | undefined;
  /**
   * Holds nothing against a unit until a time, and tells so. Returns true if it was capped. A lift that is known already changes
   * nothing, since it is read again and again. Throws `InvalidOptionError` for a unit that this input does not watch.
   * Absent: the input has no caps.
   */
  lift?(unit: UnitLift): boolean;
  /** Returns the state as plain JSON, for `router.exportState()`. */
  exportState?(): Json;
  /** Replaces the state. Throws `InvalidOptionError`, and then changes nothing, for a state that is not its own. */
  restoreState?(state: Json): void;
}

/**
 * State that a policy reads and does not hold. The router creates it once, feeds it its events, exports and restores
 * it, and puts its snapshot into `PolicyContext.inputs` and `Decision.inputs`, so that the decision can be replayed.
 */
export interface PolicyInput<Snapshot extends Json = Json> {
  /** Name in `inputs`. Policies that share an input share the object; two objects with one id are refused. */
  readonly id: string;
  /**
   * Promise on quality that the input shows. The router then holds its soft limits and its certificate against it, as if
   * it was its option `promise`.
   */
  readonly promise?: QualityPromise | undefined;
  create(runtime: PolicyInputRuntime): PolicyInputState<Snapshot>;
}
