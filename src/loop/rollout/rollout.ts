import type { Json, Policy, Router } from "../../contracts/index.ts";
import type { AuditedRecord } from "../promise/audited-record.ts";
import type { RolloutStatus, RolloutVerdict } from "./rollout-status.ts";

/** A candidate on its way from shadow to all requests. */
export interface Rollout<Id extends string = string> {
  readonly id: string;
  /** Policy of the router: control, the candidate, and the shares of both. */
  readonly policy: Policy<Id>;
  /**
   * Tells the router's listeners what happens, lets the shadow stage ask the candidate, and ends with the router's
   * `close()`. Returns a function that lets go of the router. Throws `InvalidOptionError` for a router whose policy this
   * rollout is not part of, and for a second one.
   */
  attach(router: Router<Id>): () => void;
  /** Resolves once the stage is known. Without a store at once; until then requests follow control and do not count. */
  ready(): Promise<void>;
  status(): Promise<RolloutStatus>;
  /** Judges now, in addition to each `judgeMs`. Never rejects. */
  judge(): Promise<RolloutVerdict>;
  /**
   * Moves by hand; `by` is the name of who does it. Rejects with `InvalidOptionError` where the state does not allow it,
   * and with `StoreError` if the store does not answer: then `pause` and `abort` hold in this process anyway; `advance` and
   * `resume` also if someone has moved it since this process has looked, so that no stage is skipped by two people at once.
   */
  advance(by: string, reason?: string): Promise<void>;
  /** Stops the way up. Shares stay as they are. */
  pause(by: string, reason?: string): Promise<void>;
  /**
   * Goes on after a pause; the signal that paused it is overruled. After a rollback or an abort the rollout begins again
   * at its first stage, without the evidence so far.
   */
  resume(by: string, reason?: string): Promise<void>;
  /** Gives all requests to control. */
  abort(by: string, reason?: string): Promise<void>;
  /**
   * Takes what an audit found, for `quality({ from: "audit" })`: `createAudit({ onRecord: [rollout.add] })`. It has to
   * come while the unit of the decision is known.
   */
  add(record: AuditedRecord): void;
  /** Returns the state as plain JSON. Also part of `router.exportState()`. With a store: null, since it is there. */
  exportState(): Json;
  /** Replaces the state. Throws `InvalidOptionError`, and then changes nothing, for what is not its own. */
  restoreState(state: Json): void;
  /** Writes what is not written yet, and stops. */
  close(): Promise<void>;
}
