import {
  type EventSink,
  InvalidOptionError,
  type LoopEvent,
  type PromiseChanged,
  type QualityPromise,
} from "../../contracts/index.ts";
import { readOption } from "../../plugin/index.ts";
import type { AuditedRecord } from "./audited-record.ts";
import { checkAuditedRecord } from "./check-audited-record.ts";
import { checkPromiseState } from "./check-promise-state.ts";
import { rest } from "./promise-categories.ts";
import { promiseEvidence } from "./promise-evidence.ts";
import { otherProcesses } from "./promise-fleet.ts";
import { type PromiseInput, promiseInput, snapshotOf, stateFor } from "./promise-input.ts";
import { type PromiseOptions, promiseRules } from "./promise-options.ts";
import { boundOf, type PromiseReport, promiseReport, standingOf } from "./promise-report.ts";
import { asJson, type LivePromiseState } from "./promise-state.ts";
import type { StreamState } from "./promise-stream.ts";
import type { Standing } from "./standing.ts";

/**
 * Watches whether routing keeps its promise on audited traffic. May be asked at any time. It can be the option `promise`
 * of a router: no soft limit of a budget then applies, and no decision is certified, while it is at risk or broken. Too
 * little evidence counts as kept.
 */
export interface LivePromise extends QualityPromise {
  readonly name: string;
  /**
   * Adds a record. One whose decision was added before changes nothing, one of a unit that counted within the last window
   * is only counted as repeated, and one that the policy did not decide is counted apart. Throws `InvalidOptionError`,
   * and then changes nothing.
   */
  add(record: AuditedRecord): Standing;
  /** Returns the standing with its bound, which takes some milliseconds. */
  standing(): Standing;
  /** Returns all that people want to know, as plain JSON. */
  report(): PromiseReport;
  /** Begins again, for instance with a new certificate: all records so far are forgotten. */
  renew(): void;
  /** State for policies that read it: see `keepPromise`. */
  readonly input: PromiseInput;
  /** Tells the router's listeners of each change of state, as `promise-changed`. Returns a function that ends it. */
  attach(router: { observe(sink: EventSink): () => void }): () => void;
  /**
   * Takes the states of the other processes of a fleet in place of those given before: evidence is then that of all, and
   * broken for one is broken for all. Needs `everyMs`. Throws `InvalidOptionError`, and then changes nothing.
   */
  follow(others: readonly LivePromiseState[]): Standing;
  /** Returns the state as plain JSON. */
  exportState(): LivePromiseState;
  /** Replaces the state. Throws `InvalidOptionError`, and then changes nothing, for what is not an exported one. */
  restoreState(state: LivePromiseState): void;
}

/** Largest number of other processes of a fleet. */
const mostProcesses = 1_000;

/**
 * Creates the watch over a promise: "answers lose at most `maxLoss` of quality against the reference, on average".
 * Evidence against it comes from bets that begin again twenty times in a window, so that a sudden change is found;
 * looking at every record costs no error. Evidence for it is a test by betting on the window, made at half of the first
 * one, at its end, and then again with each twentieth. Throws `InvalidOptionError`.
 */
export function createPromise(options: PromiseOptions): LivePromise {
  const rules = promiseRules(options);
  const { name, maxLoss } = rules;
  const emits = new Map<unknown, (event: LoopEvent) => void>();

  const create = (state?: LivePromiseState) =>
    promiseEvidence(rules, state, (category, from, to) => {
      snapshot = snapshotNow();
      tell(category, from, to, reasonOf(to, rules));
    });
  const snapshotNow = () => snapshotOf(evidence.stream(undefined), evidence.categories.entries(), maxLoss);
  const tell = (category: string | undefined, from: StreamState, to: StreamState, reason: string) => {
    const event: PromiseChanged = {
      type: "promise-changed",
      promise: name,
      ...(category !== undefined && { category: category === rest ? "(all others)" : category }),
      from: from.state,
      to: to.state,
      records: evidence.records,
      meanLoss: evidence.window.mean(),
      maxLoss,
      reason,
    };
    for (const emit of emits.values()) emit(event);
  };
  let evidence = create();
  let snapshot = snapshotNow();

  const exportState = () => evidence.exportState();
  const restoreState = (given: unknown) => {
    evidence = create(checkPromiseState(given, rules));
    snapshot = snapshotNow();
  };
  const promise: QualityPromise = { state: ({ category }) => stateFor(snapshot, category).state };

  return {
    name,
    state: promise.state,
    add(record) {
      evidence.add(checkAuditedRecord(record, rules));
      return standingOf(evidence, rules);
    },
    standing: () => ({ ...standingOf(evidence, rules), upperBound: boundOf(evidence, rules) }),
    report: () => promiseReport(evidence, rules),
    renew() {
      const before = evidence;
      evidence = create();
      snapshot = snapshotNow();
      const streams = [[undefined, before.stream(undefined)] as const, ...before.categories.entries()];
      const now = evidence.stream(undefined);
      for (const [category, stream] of streams)
        if (stream.state !== now.state) tell(category, stream, now, "the promise was renewed");
    },
    input: promiseInput(name, promise, {
      snapshot: () => snapshot,
      exportState: () => asJson(exportState()),
      restoreState,
    }),
    attach(router) {
      readOption({ is: "object", methods: ["observe"] }, "promise.attach", router);
      const end = router.observe(
        Object.assign(() => undefined, {
          attach: (emit: (event: LoopEvent) => void) => void emits.set(router, emit),
        }),
      );
      return () => {
        emits.delete(router);
        end();
      };
    },
    follow(others) {
      if (rules.everyMs === undefined)
        throw new InvalidOptionError(
          "createPromise.everyMs",
          undefined,
          "stated where a promise follows others: bets of several processes must begin at the same times",
        );
      if (!Array.isArray(others) || others.length > mostProcesses)
        throw new InvalidOptionError("follow", typeof others, `an array of at most ${mostProcesses} states`);
      evidence.follow(otherProcesses(others.map((state) => checkPromiseState(state, rules))));
      return standingOf(evidence, rules);
    },
    exportState,
    restoreState,
  };
}

function reasonOf({ state, evidence }: StreamState, { maxLoss }: { readonly maxLoss: number }): string {
  const limit = `the limit of ${maxLoss}`;
  const shown = evidence.toPrecision(3);
  switch (state) {
    case "broken":
      return `the loss is above ${limit}, or was for part of the window (evidence ${shown})`;
    case "at-risk":
      return `records speak against a loss below ${limit} (evidence ${shown})`;
    case "kept":
      return `the mean loss of the window is below ${limit}`;
    case "not-enough-evidence":
      return `records do not say whether the loss is below ${limit}`;
  }
}
