import type { Json } from "../../contracts/index.ts";
import type { DecidedBecause } from "./audited-record.ts";
import type { StoredStream } from "./promise-stream.ts";

/** Number of records and sum of their losses, weighted and not. */
export interface ApartSum {
  readonly records: number;
  readonly loss: number;
  readonly weight: number;
}

/** Record of a window: loss, weight, place of the category (-1: none), key of the tenant (0: none), time (0: none). */
export type StoredRow = readonly [loss: number, weight: number, category: number, tenant: number, at: number];

/** State of a live promise as plain JSON, without text but the names of categories. At most some 100 bytes a record. */
export interface LivePromiseState {
  readonly formatVersion: 2;
  readonly name: string;
  readonly maxLoss: number;
  /** Length of the grid's intervals in milliseconds; 0 if it counts records. */
  readonly everyMs: number;
  readonly records: number;
  readonly overall: StoredStream;
  /** Statements by category; that of the rest has the name `""`. */
  readonly categories: readonly (readonly [name: string, stream: StoredStream])[];
  /** Records of the window, the oldest first. */
  readonly window: readonly StoredRow[];
  /** Records that are not evidence, by what decided them. */
  readonly apart: Readonly<Partial<Record<DecidedBecause, ApartSum>>>;
  /** Keys of the last decisions and units, the oldest first. */
  readonly decisions: readonly number[];
  readonly units: readonly number[];
  readonly repeated: { readonly decisions: number; readonly units: number };
}

/** A state as the state of a policy's input holds it. */
export function asJson(state: LivePromiseState): Json {
  return state as unknown as Json;
}
