import { InvalidOptionError, type Json } from "../contracts/index.ts";
import type { Clock } from "../contracts/ports/index.ts";
import { type ArmTable, emptyTable } from "./arm-table.ts";
import { isTable } from "./check-table.ts";
import type { Guard } from "./guards/guard.ts";
import type { KeptJudgement, RolloutBook } from "./rollout-book.ts";
import { checkRecord, type RolloutRecord } from "./rollout-record.ts";
import { addShadow, isShadow, noShadow } from "./shadow-watch.ts";
import { withNews } from "./unit-news.ts";

export interface LocalBookOptions {
  readonly first: RolloutRecord;
  /** Number of stages. */
  readonly stages: number;
  readonly guards: readonly Guard[];
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
  readonly table: ArmTable;
  readonly shadow: typeof noShadow;
  readonly atStageMs: number;
  readonly kept: KeptJudgement;
}

export function createLocalBook({ first, stages, guards, clock }: LocalBookOptions): LocalBook {
  let record = first;
  let table = emptyTable(guards);
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
      shadow = noShadow;
    }
    if (next.epoch !== record.epoch) {
      table = emptyTable(guards);
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
    note(news) {
      table = withNews(table, news, guards);
    },
    addShadow(more) {
      shadow = addShadow(shadow, more);
    },
    flush: async () => {},
    own: () => table,
    evidence: async () => ({ table, shadow, atStageMs: atStageMs(), processes: 1, kept }),
    mayJudge: async () => true,
    keep: async (judgement) => {
      kept = judgement;
    },
    close: async () => {},
    exportState: () => {
      const state: LocalState = { formatVersion: 1, record, table, shadow, atStageMs: atStageMs(), kept };
      return JSON.parse(JSON.stringify(state)) as Json;
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
        isTable(one.table) &&
        isShadow(one.shadow) &&
        typeof one.atStageMs === "number" &&
        one.atStageMs >= 0;
      if (!isFit) throw new InvalidOptionError("state", given, "what exportState() of this rollout returned");
      record = found;
      table = one.table as ArmTable;
      shadow = one.shadow as typeof noShadow;
      // A judgement follows soon.
      kept = { points: {} };
      earlierMs = one.atStageMs as number;
      began = clock.monotonic();
    },
  };
}
