import { InvalidOptionError } from "../../contracts/index.ts";
import { checkNumber, checkText } from "../../plugin/index.ts";
import type { Counted } from "../statistics/share-rise.ts";
import { checkScoreReference, type DriftReference, type DriftSettings } from "./drift-options.ts";
import type { DriftAlarm } from "./drift-status.ts";
import { MOST_NAMES, MOST_SERVED, type ServedEntry } from "./served-models.ts";
import { labelOf, TRAFFIC_LABELS, type TrafficLabel } from "./traffic-labels.ts";
import type { LabelCounts, TrafficCounts } from "./traffic-window.ts";

/** Reference of all windows. */
export interface TrafficBaseline {
  readonly scores: DriftReference | undefined;
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

/** Checks an exported state. Throws `InvalidOptionError`. */
export function checkDriftState(given: DriftState, { windowRequests }: DriftSettings): CheckedState {
  const state = (given ?? {}) as Partial<DriftState>;
  if (state.formatVersion !== 1 || state.windowRequests !== windowRequests)
    throw new InvalidOptionError(
      "state",
      { formatVersion: state.formatVersion, windowRequests: state.windowRequests },
      `what exportState() of a monitor with windowRequests ${windowRequests} returned`,
    );
  const { window, baseline, verdictsBefore } = state;
  const requests = count("state.window.requests", window?.requests, windowRequests - 1);
  const asked = count("state.window.asked", window?.asked, requests);
  return {
    formatVersion: 1,
    windowRequests,
    windows: count("state.windows", state.windows),
    window: {
      requests,
      scores: list("state.window.scores", window?.scores, requests).map((score, at) =>
        checkNumber(`state.window.scores[${at}]`, score),
      ),
      classifier: optionalText("state.window.classifier", window?.classifier),
      asked,
      failures: count("state.window.failures", window?.failures, asked),
      labels: labelsOf("state.window.labels", window?.labels, windowRequests),
    },
    reference: optionalReference("state.reference", state.reference),
    baseline:
      baseline === undefined || baseline === null
        ? undefined
        : {
            scores: optionalReference("state.baseline.scores", baseline.scores),
            failures: counted("state.baseline.failures", baseline.failures),
            labels: labelsOf("state.baseline.labels", baseline.labels, windowRequests),
          },
    verdicts: counted("state.verdicts", state.verdicts),
    verdictsBefore:
      verdictsBefore === undefined ? undefined : counted("state.verdictsBefore", verdictsBefore),
    served: list<ServedEntry>("state.served", state.served, MOST_NAMES).map((entry, at) => ({
      name: labelOf(entry?.name),
      served: list("state.served[].served", entry?.served, MOST_SERVED).map(labelOf),
      answers: count(`state.served[${at}].answers`, entry?.answers),
      calm: entry?.calm === undefined ? undefined : count(`state.served[${at}].calm`, entry.calm),
    })),
    alarms: list<DriftAlarm>("state.alarms", state.alarms, mostAlarms).map((alarm, at) => ({
      of: text(`state.alarms[${at}].of`, alarm?.of),
      reason: text(`state.alarms[${at}].reason`, alarm?.reason),
    })),
  };
}

function count(option: string, value: unknown, max = Number.MAX_SAFE_INTEGER): number {
  return checkNumber(option, value, { min: 0, max, integer: true });
}

function counted(option: string, value: Partial<Counted> | undefined): Counted {
  const trials = count(`${option}.trials`, value?.trials);
  return { trials, events: count(`${option}.events`, value?.events, trials) };
}

function list<T>(option: string, value: unknown, most: number): readonly (T | undefined)[] {
  if (!Array.isArray(value) || value.length > most)
    throw new InvalidOptionError(option, value, `an array of at most ${most} entries, as exported`);
  return value;
}

function optionalReference(option: string, given: DriftReference | undefined): DriftReference | undefined {
  return given === undefined ? undefined : checkScoreReference(option, given);
}

function text(option: string, value: unknown): string {
  return checkText(option, value).slice(0, longestReason);
}

function optionalText(option: string, value: unknown): string | undefined {
  if (value !== undefined && typeof value !== "string")
    throw new InvalidOptionError(option, value, "a string");
  return value;
}

function labelsOf(
  option: string,
  value: Partial<Entries> | undefined,
  most: number,
): TrafficBaseline["labels"] {
  const maps = TRAFFIC_LABELS.map((label) => {
    const entries = list<readonly [string, number]>(`${option}.${label}`, value?.[label], most);
    const pairs = entries.map((entry, at) => {
      const [name, number] = Array.isArray(entry) ? entry : [];
      return [labelOf(name), count(`${option}.${label}[${at}][1]`, number, most)] as const;
    });
    return [label, new Map(pairs)] as const;
  });
  return Object.fromEntries(maps) as unknown as TrafficBaseline["labels"];
}
