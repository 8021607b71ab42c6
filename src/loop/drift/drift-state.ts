import { InvalidOptionError } from "../../contracts/index.ts";
import { readOption, readState, type StateTable } from "../../plugin/index.ts";
import type { Counted } from "../statistics/share-rise.ts";
import { type DriftReference, type DriftSettings, driftReference } from "./drift-options.ts";
import type { DriftAlarm } from "./drift-status.ts";
import { MOST_NAMES, MOST_SERVED, type ServedEntry } from "./served-models.ts";
import { labelOf, TRAFFIC_LABELS, type TrafficLabel } from "./traffic-labels.ts";
import type { LabelCounts, TrafficCounts } from "./traffic-window.ts";

/** Reference of all windows. */
export interface TrafficBaseline {
  readonly scores?: DriftReference | undefined;
  readonly failures: Counted;
  readonly labels: Readonly<Record<TrafficLabel, LabelCounts>>;
}

type Entries = Readonly<Record<TrafficLabel, readonly (readonly [label: string, count: number])[]>>;

/** State of a drift monitor as plain JSON, without text of requests, sessions and tenants. */
export interface DriftState {
  readonly formatVersion: 1;
  readonly windowRequests: number;
  readonly windows: number;
  readonly window: Omit<TrafficCounts, "labels"> & { readonly labels: Entries };
  /** Distribution of complexity that was given. Absent: the first window is the reference. */
  readonly reference?: DriftReference | undefined;
  readonly baseline?: (Omit<TrafficBaseline, "labels"> & { readonly labels: Entries }) | undefined;
  readonly verdicts: Counted;
  readonly verdictsBefore?: Counted | undefined;
  readonly served: readonly ServedEntry[];
  readonly alarms: readonly DriftAlarm[];
}

/** The same with maps in place of entries. */
interface CheckedState extends Omit<DriftState, "window" | "baseline"> {
  readonly window: TrafficCounts;
  readonly baseline: TrafficBaseline | undefined;
}

/** Returns counts as entries, so that no label is a key of an object. */
export function entriesOf(labels: Readonly<Record<TrafficLabel, LabelCounts>>): Entries {
  return Object.fromEntries(TRAFFIC_LABELS.map((label) => [label, [...labels[label]]])) as unknown as Entries;
}

const mostAlarms = 1_000;
const longestReason = 1_000;

const count = { is: "number", min: 0, max: Number.MAX_SAFE_INTEGER, integer: true } as const;
const label = { is: "checked", check: (_: string, value: unknown) => labelOf(value) } as const;
const reason = {
  is: "checked",
  check: (path: string, value: unknown) => readOption({ is: "text" }, path, value).slice(0, longestReason),
} as const;
const counted = { is: "checked", check: checkCounted } as const;
const reference = { is: "table", of: driftReference } as const;

/** Returns the table of the state of a monitor with windows of this size. */
function driftState(windowRequests: number): StateTable<DriftState> {
  const ofLabel = {
    is: "list",
    max: windowRequests,
    of: { is: "tuple", of: [label, { ...count, max: windowRequests }] },
  } as const;
  const labels = {
    is: "table",
    of: { model: ofLabel, language: ofLabel, length: ofLabel, category: ofLabel },
  } as const;
  return {
    formatVersion: { is: "choice", of: [1] },
    windowRequests: count,
    windows: count,
    window: {
      is: "table",
      of: {
        requests: { ...count, max: windowRequests - 1 },
        scores: { is: "list", of: { is: "number" } },
        classifier: { is: "text", empty: true, expected: "a string", optional: true },
        asked: count,
        failures: count,
        labels,
      },
    },
    reference: { ...reference, optional: true },
    baseline: {
      is: "table",
      of: { scores: { ...reference, optional: true }, failures: counted, labels },
      optional: true,
    },
    verdicts: counted,
    verdictsBefore: { ...counted, optional: true },
    served: {
      is: "list",
      max: MOST_NAMES,
      of: {
        is: "table",
        of: {
          name: label,
          served: { is: "list", of: label, max: MOST_SERVED },
          answers: count,
          calm: { ...count, optional: true },
        },
      },
    },
    alarms: { is: "list", max: mostAlarms, of: { is: "table", of: { of: reason, reason } } },
  };
}

/** Checks an exported state. Throws `InvalidOptionError`. */
export function checkDriftState(given: DriftState, { windowRequests }: DriftSettings): CheckedState {
  const { formatVersion, windowRequests: size } = (given ?? {}) as Partial<DriftState>;
  if (formatVersion !== 1 || size !== windowRequests)
    throw new InvalidOptionError(
      "state",
      { formatVersion, windowRequests: size },
      `what exportState() of a monitor with windowRequests ${windowRequests} returned`,
    );
  const state = readState("state", driftState(windowRequests), given);
  const { window, baseline } = state;
  const { requests, scores, asked, failures } = window;
  for (const [field, number, most] of [
    ["asked", asked, requests],
    ["failures", failures, asked],
    ["scores", scores.length, requests],
  ] as const)
    readOption({ is: "number", max: most }, `state.window.${field}`, number);
  return {
    ...state,
    window: { ...window, labels: mapsOf(window.labels) },
    baseline: baseline && { ...baseline, labels: mapsOf(baseline.labels) },
  };
}

function checkCounted(option: string, given: Counted): Counted {
  const trials = readOption(count, `${option}.trials`, given?.trials);
  return { trials, events: readOption({ ...count, max: trials }, `${option}.events`, given?.events) };
}

function mapsOf(labels: Entries): TrafficBaseline["labels"] {
  return Object.fromEntries(
    TRAFFIC_LABELS.map((label) => [label, new Map(labels[label])]),
  ) as unknown as TrafficBaseline["labels"];
}
