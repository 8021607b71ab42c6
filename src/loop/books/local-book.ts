import { InvalidOptionError, type Json } from "../../contracts/index.ts";
import type { Clock } from "../../contracts/ports/index.ts";
import { readState, type StateTable } from "../../plugin/index.ts";
import { exportedAs } from "../exported-as.ts";
import type { Guard } from "../guards/guard.ts";
import { checkRecord, type RolloutRecord } from "../rollout/rollout-record.ts";
import { addShadow, isShadow, noShadow } from "../rollout/shadow-watch.ts";
import { emptyTable } from "../units/arm-table.ts";
import type { Units } from "../units/units.ts";
import type { UnitsState } from "../units/units-state.ts";
import type { KeptJudgement, RolloutBook } from "./rollout-book.ts";

export interface LocalBookOptions {
  readonly first: RolloutRecord;
  /** Number of stages. */
  readonly stages: number;
  readonly guards: readonly Guard[];
  readonly units: Units;
  readonly clock: Pick<Clock, "wall" | "monotonic">;
}

/** A book in the memory of this process. */
export interface LocalBook extends RolloutBook {
  /** Returns everything as plain JSON. */
  exportState(): Json;
  /** Throws `InvalidOptionError`, and then changes nothing, for what is not an exported state of this rollout. */
  restoreState(state: Json): void;
}

interface LocalState {
  readonly formatVersion: 1;
  readonly record: RolloutRecord;
  readonly units: UnitsState;
  readonly shadow: typeof noShadow;
  readonly atStageMs: number;
}

export function createLocalBook({ first, stages, guards, units, clock }: LocalBookOptions): LocalBook {
  let record = first;
  let shadow = noShadow;
  let kept: KeptJudgement = { points: {} };
  /** Time at the stage before this process went on with it. */
  let earlierMs = 0;
  let began = clock.monotonic();
  const atStageMs = () => earlierMs + Math.max(0, clock.monotonic() - began);

  const take = (next: RolloutRecord) => {
    if (next.stage !== record.stage || next.epoch !== record.epoch) {
      earlierMs = 0;
      began = clock.monotonic();
    }
    if (next.epoch !== record.epoch) {
      shadow = noShadow;
      units.restoreState({ formatVersion: 1, table: emptyTable(guards), open: [], fixed: [] });
      kept = { points: {} };
    }
    record = next;
  };

  return {
    isReached: true,
    problem: undefined,
    get record() {
      return record;
    },
    now: clock.wall,
    refresh: async () => {},
    change: async (move) => {
      take(move(record));
      return record;
    },
    note(request) {
      units.begin(record.begun);
      units.add(request);
    },
    rate: (rating) => void units.rate(rating),
    addShadow(more) {
      shadow = addShadow(shadow, more);
    },
    flush: async () => {},
    own: () => units.table(),
    evidence: async () => ({ table: units.table(), shadow, atStageMs: atStageMs(), processes: 1, kept }),
    mayJudge: async () => true,
    keep: async (judgement) => {
      kept = judgement;
    },
    close: async () => {},
    exportState: () => {
      const kept: LocalState = {
        formatVersion: 1,
        record,
        units: units.exportState(),
        shadow,
        atStageMs: atStageMs(),
      };
      return JSON.parse(JSON.stringify(kept)) as Json;
    },
    restoreState(given) {
      const state = readState("state", localState(first, stages), given as unknown as LocalState);
      // Throws, and has then changed nothing.
      units.restoreState(state.units);
      ({ record, shadow } = state);
      // A judgement follows soon.
      kept = { points: {} };
      earlierMs = state.atStageMs;
      began = clock.monotonic();
    },
  };
}

/** Returns the table of the state of the rollout that begins with this record. */
function localState(first: RolloutRecord, stages: number): StateTable<LocalState> {
  return {
    formatVersion: { is: "choice", of: [1] },
    record: {
      is: "checked",
      check(option, given: unknown) {
        const record = checkRecord(given, first.id, stages);
        const refuse = (expected: string) => {
          throw new InvalidOptionError(option, given, expected);
        };
        if (typeof record === "string") return refuse(`usable: ${record}`);
        if (record.saltHash !== first.saltHash)
          return refuse("of a rollout with the same salt: units would move");
        if (record.settingsHash !== first.settingsHash)
          return refuse(
            "of a rollout with the same policies, stages, guards and confidence: give a changed one another id",
          );
        return record;
      },
    },
    units: { is: "any" },
    shadow: exportedAs(isShadow),
    atStageMs: { is: "number", min: 0 },
  };
}
