import { InvalidOptionError, type Json } from "../../contracts/index.ts";
import type { Clock } from "../../contracts/ports/index.ts";
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
    note: (request) => units.add(request),
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
      const one = (given ?? {}) as unknown as Partial<LocalState>;
      const found = checkRecord(one.record, first.id, stages);
      if (typeof found === "string")
        throw new InvalidOptionError("state.record", one.record, `usable: ${found}`);
      if (found.saltHash !== first.saltHash)
        throw new InvalidOptionError(
          "state.record",
          one.record,
          "of a rollout with the same salt: units would move",
        );
      if (found.settingsHash !== first.settingsHash)
        throw new InvalidOptionError(
          "state.record",
          one.record,
          "of a rollout with the same policies, stages, guards and confidence: give a changed one another id",
        );
      const isFit =
        one.formatVersion === 1 &&
        isShadow(one.shadow) &&
        typeof one.atStageMs === "number" &&
        one.atStageMs >= 0;
      if (!isFit) throw new InvalidOptionError("state", given, "what exportState() of this rollout returned");
      // Throws, and has then changed nothing.
      units.restoreState(one.units as UnitsState);
      record = found;
      shadow = one.shadow as typeof noShadow;
      // A judgement follows soon.
      kept = { points: {} };
      earlierMs = one.atStageMs as number;
      began = clock.monotonic();
    },
  };
}
